# %% [mutant] The slope of the sigmoid is forgotten at the output
# cell: l1e01-paper
# kills: l1e01-t2, l1e01-t3
hand["d3"] = hand["o"] - t
hand["dW2_1"], hand["dW2_2"], hand["db2"] = hand["d3"] * hand["h1"], hand["d3"] * hand["h2"], hand["d3"]
hand["d1"] = hand["d3"] * PAPER["W2"][0] * hand["h1"] * (1 - hand["h1"])
hand["d2"] = hand["d3"] * PAPER["W2"][1] * hand["h2"] * (1 - hand["h2"])
hand["dW1_11"], hand["dW1_12"], hand["dW1_21"], hand["dW1_22"] = x1 * hand["d1"], x1 * hand["d2"], x2 * hand["d1"], x2 * hand["d2"]
hand["db1_1"], hand["db1_2"] = hand["d1"], hand["d2"]

# %% [mutant] The slope is taken at the activation in the hidden layer
# cell: l1e01-paper
# kills: l1e01-t3
for unit in (1, 2):
    s = squash(hand[f"h{unit}"])
    hand[f"d{unit}"] = hand["d3"] * PAPER["W2"][unit - 1] * s * (1 - s)
    hand[f"dW1_1{unit}"], hand[f"dW1_2{unit}"], hand[f"db1_{unit}"] = x1 * hand[f"d{unit}"], x2 * hand[f"d{unit}"], hand[f"d{unit}"]

# %% [mutant] The sign of the error is turned round
# cell: l1e01-paper
# kills: l1e01-t2, l1e01-t3
for key in ("d3", "dW2_1", "dW2_2", "db2", "d1", "d2", "dW1_11", "dW1_12", "dW1_21", "dW1_22", "db1_1", "db1_2"):
    hand[key] = -hand[key]

# %% [mutant] The factor two of the square is kept
# cell: l1e01-paper
# kills: l1e01-t2, l1e01-t3
for key in ("d3", "dW2_1", "dW2_2", "db2", "d1", "d2", "dW1_11", "dW1_12", "dW1_21", "dW1_22", "db1_1", "db1_2"):
    hand[key] = 2 * hand[key]

# %% [mutant] The loss lacks its half
# cell: l1e01-paper
# kills: l1e01-t1
hand["loss"] = 2 * hand["loss"]

# %% [mutant] The hidden deltas pass through weights that are updated already
# cell: l1e01-paper
# kills: l1e01-t3
for unit in (1, 2):
    new = PAPER["W2"][unit - 1] - hand[f"dW2_{unit}"]
    hand[f"d{unit}"] = hand["d3"] * new * hand[f"h{unit}"] * (1 - hand[f"h{unit}"])
    hand[f"dW1_1{unit}"], hand[f"dW1_2{unit}"], hand[f"db1_{unit}"] = x1 * hand[f"d{unit}"], x2 * hand[f"d{unit}"], hand[f"d{unit}"]

# %% [mutant] The first weight matrix is read transposed in the forward pass
# cell: l1e01-paper
# kills: l1e01-t1
hand["z1"] = x1 * PAPER["W1"][0][0] + x2 * PAPER["W1"][0][1] + PAPER["b1"][0]
hand["z2"] = x1 * PAPER["W1"][1][0] + x2 * PAPER["W1"][1][1] + PAPER["b1"][1]

# %% [mutant] The first layer's gradients are transposed
# cell: l1e01-paper
# kills: l1e01-t3
hand["dW1_12"], hand["dW1_21"] = hand["dW1_21"], hand["dW1_12"]

# %% [mutant] The hidden layer is linear
# cell: l1e01-paper
# kills: l1e01-t1, l1e01-t2, l1e01-t3
hand["h1"], hand["h2"] = hand["z1"], hand["z2"]
hand["z3"] = hand["h1"] * PAPER["W2"][0] + hand["h2"] * PAPER["W2"][1] + PAPER["b2"]
hand["o"] = squash(hand["z3"])
hand["loss"] = (hand["o"] - t) ** 2 / 2
hand["d3"] = (hand["o"] - t) * hand["o"] * (1 - hand["o"])
hand["dW2_1"], hand["dW2_2"], hand["db2"] = hand["d3"] * hand["h1"], hand["d3"] * hand["h2"], hand["d3"]
hand["d1"], hand["d2"] = hand["d3"] * PAPER["W2"][0], hand["d3"] * PAPER["W2"][1]
hand["dW1_11"], hand["dW1_12"], hand["dW1_21"], hand["dW1_22"] = x1 * hand["d1"], x1 * hand["d2"], x2 * hand["d1"], x2 * hand["d2"]
hand["db1_1"], hand["db1_2"] = hand["d1"], hand["d2"]

# %% [mutant] The bias gradient is forgotten
# cell: l1e01-paper
# kills: l1e01-t2
del hand["db2"]

# %% [mutant] All numbers are nought
# cell: l1e01-paper
# kills: l1e01-t1, l1e01-t2, l1e01-t3
hand = dict.fromkeys(hand, 0.0)

# %% [alternate] Three decimals, typed by hand
# cell: l1e01-paper
hand = {key: round(float(value), 3) for key, value in hand.items()}

# %% [alternate] NumPy scalars and one-element text
# cell: l1e01-paper
hand = {key: np.float64(value) for key, value in hand.items()}
hand["note"] = "computed on paper"

# %% [alternate] Matrix form
# cell: l1e01-paper
# replaces: yes
# [1.1] a network on paper
x, W1, W2 = np.array(PAPER["x"]), np.array(PAPER["W1"]), np.array(PAPER["W2"])
z = x @ W1 + np.array(PAPER["b1"])
h = 1 / (1 + np.exp(-z))
z3 = h @ W2 + PAPER["b2"]
o = 1 / (1 + np.exp(-z3))
d3 = (o - PAPER["t"]) * o * (1 - o)
d = d3 * W2 * h * (1 - h)
dW1 = np.outer(x, d)
hand = dict(z1=z[0], z2=z[1], h1=h[0], h2=h[1], z3=z3, o=o, loss=0.5 * (o - PAPER["t"]) ** 2,
            d3=d3, dW2_1=d3 * h[0], dW2_2=d3 * h[1], db2=d3, d1=d[0], d2=d[1],
            dW1_11=dW1[0, 0], dW1_12=dW1[0, 1], dW1_21=dW1[1, 0], dW1_22=dW1[1, 1], db1_1=d[0], db1_2=d[1])

# %% [mutant] Output without the last sigmoid, followed through
# cell: l1e01-paper
# kills: l1e01-t1
hand["o"] = hand["z3"]
hand["loss"] = (hand["o"] - PAPER["t"]) ** 2 / 2

# %% [mutant] Delta of the output without the slope, followed through to the hidden layer
# cell: l1e01-paper
# kills: l1e01-t2, l1e01-t3
hand["d3"] = hand["o"] - PAPER["t"]
hand["dW2_1"], hand["dW2_2"], hand["db2"] = hand["d3"] * hand["h1"], hand["d3"] * hand["h2"], hand["d3"]
hand["d1"] = hand["d3"] * PAPER["W2"][0] * hand["h1"] * (1 - hand["h1"])
hand["d2"] = hand["d3"] * PAPER["W2"][1] * hand["h2"] * (1 - hand["h2"])
for i, k, v in ((1, 1, "d1"), (1, 2, "d2"), (2, 1, "d1"), (2, 2, "d2")):
    hand[f"dW1_{i}{k}"] = PAPER["x"][i - 1] * hand[v]
hand["db1_1"], hand["db1_2"] = hand["d1"], hand["d2"]

# %% [mutant] Keys dW1_12 and dW1_21 swapped
# cell: l1e01-paper
# kills: l1e01-t3
hand["dW1_12"], hand["dW1_21"] = hand["dW1_21"], hand["dW1_12"]

# %% [alternate] Rounded to three decimals
# cell: l1e01-paper
hand = {key: round(float(value), 3) for key, value in hand.items()}

# %% [alternate] Zero-dimensional arrays
# cell: l1e01-paper
hand = {key: np.array(value) for key, value in hand.items()}

# %% [mutant] Every number is not a number
# cell: l1e01-paper
# kills: l1e01-t1, l1e01-t2, l1e01-t3
hand = dict.fromkeys(hand, float("nan"))

# %% [mutant] Nothing but the forward pass
# cell: l1e01-paper
# kills: l1e01-t2, l1e01-t3
hand = {key: value for key, value in hand.items() if not key.startswith("d")}

# %% [alternate] Fractions of a thousand
# cell: l1e01-paper
from fractions import Fraction

hand = {key: Fraction(round(1000 * value), 1000) for key, value in hand.items()}

# %% [alternate] Decimals
# cell: l1e01-paper
from decimal import Decimal

hand = {key: Decimal(f"{value:.3f}") for key, value in hand.items()}
