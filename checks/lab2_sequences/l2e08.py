# %% [mutant] The temperature is ignored
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    return int(torch.multinomial(torch.softmax(logits, dim=0), 1, generator=generator))

# %% [mutant] The temperature multiplies
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    return int(torch.multinomial(torch.softmax(logits * temperature, dim=0), 1, generator=generator))

# %% [mutant] Always the largest
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    return int(logits.argmax())

# %% [mutant] Torch's global generator
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    return int(torch.multinomial(torch.softmax(logits / temperature, dim=0), 1))

# %% [mutant] The temperature divides probabilities
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    p = torch.softmax(logits, dim=0) / temperature
    return int(torch.multinomial(p / p.sum(), 1, generator=generator))

# %% [mutant] A softmax of probabilities
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    p = torch.softmax(torch.softmax(logits, dim=0) / temperature, dim=0)
    return int(torch.multinomial(p, 1, generator=generator))

# %% [mutant] No shift before the exponential
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    p = torch.nan_to_num(torch.exp(logits / temperature), nan=1e30, posinf=1e30)
    return int(torch.multinomial(p, 1, generator=generator))

# %% [mutant] A tensor instead of an int
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    return torch.multinomial(torch.softmax(logits / temperature, dim=0), 1, generator=generator)[0]

# %% [mutant] The logits are divided in place
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    logits /= temperature
    p = torch.softmax(logits, dim=0)
    logits -= 0.1
    return int(torch.multinomial(p, 1, generator=generator))

# %% [mutant] Only the two best
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    best = logits.topk(2)
    k = torch.multinomial(torch.softmax(best.values / temperature, dim=0), 1, generator=generator)
    return int(best.indices[k])

# %% [mutant] The prompt comes along
# cell: l2e08-sampling
# kills: l2e08-t2
_continuation = generate
def generate(model, prompt, n, temperature, generator):
    return list(prompt) + _continuation(model, prompt, n, temperature, generator)

# %% [mutant] The prompt counts
# cell: l2e08-sampling
# kills: l2e08-t2
_continuation = generate
def generate(model, prompt, n, temperature, generator):
    return _continuation(model, prompt, max(n - len(prompt), 1), temperature, generator)

# %% [mutant] Only the last symbol of the prompt is read
# cell: l2e08-sampling
# kills: l2e08-t2
_continuation = generate
def generate(model, prompt, n, temperature, generator):
    return _continuation(model, prompt[-1:], n, temperature, generator)

# %% [mutant] The state is forgotten between two symbols
# cell: l2e08-sampling
# kills: l2e08-t2
def generate(model, prompt, n, temperature, generator):
    was_training, drawn = model.training, []
    model.eval()
    with torch.no_grad():
        logits, _ = model(torch.tensor([prompt]))
        while len(drawn) < n:
            drawn.append(sample_next(logits[0, -1], temperature, generator))
            logits, _ = model(torch.tensor([drawn[-1:]]))
    model.train(was_training)
    return drawn

# %% [mutant] The last symbol of the prompt is read twice
# cell: l2e08-sampling
# kills: l2e08-t2
def generate(model, prompt, n, temperature, generator):
    was_training, drawn, last = model.training, [], prompt[-1]
    model.eval()
    with torch.no_grad():
        _, state = model(torch.tensor([prompt]))
        for _ in range(n):
            logits, state = model(torch.tensor([[last]]), state)
            last = sample_next(logits[0, -1], temperature, generator)
            drawn.append(last)
    model.train(was_training)
    return drawn

# %% [mutant] The state and all of the text
# cell: l2e08-sampling
# kills: l2e08-t2
def generate(model, prompt, n, temperature, generator):
    was_training, text, state = model.training, list(prompt), None
    model.eval()
    with torch.no_grad():
        for _ in range(n):
            logits, state = model(torch.tensor([text]), state)
            text.append(sample_next(logits[0, -1], temperature, generator))
    model.train(was_training)
    return text[len(prompt) :]

# %% [mutant] The first step's logits
# cell: l2e08-sampling
# kills: l2e08-t2
def generate(model, prompt, n, temperature, generator):
    was_training, drawn = model.training, []
    model.eval()
    with torch.no_grad():
        logits, state = model(torch.tensor([prompt]))
        while len(drawn) < n:
            drawn.append(sample_next(logits[0, 0], temperature, generator))
            logits, state = model(torch.tensor([drawn[-1:]]), state)
    model.train(was_training)
    return drawn

# %% [mutant] It writes in training mode
# cell: l2e08-sampling
# kills: l2e08-t2
def generate(model, prompt, n, temperature, generator):
    drawn = []
    with torch.no_grad():
        logits, state = model(torch.tensor([prompt]))
        while len(drawn) < n:
            drawn.append(sample_next(logits[0, -1], temperature, generator))
            logits, state = model(torch.tensor([drawn[-1:]]), state)
    return drawn

# %% [mutant] The model stays in evaluation mode
# cell: l2e08-sampling
# kills: l2e08-t2
_continuation = generate
def generate(model, prompt, n, temperature, generator):
    drawn = _continuation(model, prompt, n, temperature, generator)
    model.eval()
    return drawn

# %% [mutant] The model is put into training mode at the end
# cell: l2e08-sampling
# kills: l2e08-t2
_continuation = generate
def generate(model, prompt, n, temperature, generator):
    drawn = _continuation(model, prompt, n, temperature, generator)
    model.train()
    return drawn

# %% [mutant] Everything is recorded for gradients
# cell: l2e08-sampling
# kills: l2e08-t2
def generate(model, prompt, n, temperature, generator):
    was_training, drawn = model.training, []
    model.eval()
    logits, state = model(torch.tensor([prompt]))
    while len(drawn) < n:
        drawn.append(sample_next(logits[0, -1].detach(), temperature, generator))
        logits, state = model(torch.tensor([drawn[-1:]]), state)
    model.train(was_training)
    return drawn

# %% [mutant] Always at temperature 1
# cell: l2e08-sampling
# kills: l2e08-t2
_continuation = generate
def generate(model, prompt, n, temperature, generator):
    return _continuation(model, prompt, n, 1.0, generator)

# %% [mutant] A generator of its own
# cell: l2e08-sampling
# kills: l2e08-t2
_continuation = generate
def generate(model, prompt, n, temperature, generator):
    fresh = torch.Generator().manual_seed(int(torch.randint(1000, (1,))))
    return _continuation(model, prompt, n, temperature, fresh)

# %% [mutant] The prompt grows
# cell: l2e08-sampling
# kills: l2e08-t2
_continuation = generate
def generate(model, prompt, n, temperature, generator):
    drawn = _continuation(model, prompt, n, temperature, generator)
    prompt += drawn
    return drawn

# %% [alternate] Gumbel noise, and the whole text at every step
# cell: l2e08-sampling
def sample_next(logits, temperature, generator):
    noise = -torch.log(-torch.log(torch.rand(len(logits), generator=generator).clamp_min(1e-20)))
    return (logits / temperature + noise).argmax().item()


def generate(model, prompt, n, temperature, generator):
    mode = model.training
    model.train(False)
    text = list(prompt)
    for _ in range(n):
        with torch.no_grad():
            logits = model(torch.tensor(text).unsqueeze(0))[0]
        text.append(sample_next(logits[0, -1], temperature, generator))
    model.train(mode)
    return text[len(prompt) :]

# %% [alternate] A ladder of probabilities, and the prompt symbol by symbol
# cell: l2e08-sampling
def sample_next(logits, temperature, generator):
    z = (logits.double() - logits.double().max()) / temperature
    ladder = torch.exp(z).cumsum(0)
    point = torch.rand(1, generator=generator, dtype=torch.float64) * ladder[-1]
    return min(int(torch.searchsorted(ladder, point, right=True)), len(logits) - 1)


@torch.no_grad()
def generate(model, prompt, n, temperature, generator):
    mode, state, out = model.training, None, []
    model.eval()
    for symbol in prompt:
        logits, state = model(torch.tensor([[symbol]]), state)
    for step in range(n):
        out.append(sample_next(logits[0, 0], temperature, generator))
        if step < n - 1:
            logits, state = model(torch.tensor([[out[-1]]]), state)
    model.train(mode)
    return out
# %% [mutant] numpy draws, seeded by the generator's first seed
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    p = torch.softmax(logits / temperature, 0).double().numpy()
    return int(np.random.default_rng(generator.initial_seed()).choice(len(p), p=p / p.sum()))
# %% [mutant] The temperature multiplies the probabilities' logarithm the wrong way
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    p = torch.softmax(logits, 0) ** temperature
    return int(torch.multinomial(p / p.sum(), 1, generator=generator))
# %% [mutant] Overflows for large logits
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    p = torch.exp(logits / temperature)
    return int(torch.multinomial(p / p.sum(), 1, generator=generator))
# %% [mutant] Top-3 sampling
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    v, i = torch.topk(logits, 3)
    return int(i[torch.multinomial(torch.softmax(v / temperature, 0), 1, generator=generator)])
# %% [alternate] The Gumbel trick, and rereading the whole text for every symbol
# cell: l2e08-sampling
def sample_next(logits, temperature, generator):
    noise = torch.empty(logits.shape).exponential_(generator=generator)
    return (logits / temperature - noise.log()).argmax().item()


def generate(model, prompt, n, temperature, generator):
    mode = model.training
    text = list(prompt)
    with torch.inference_mode():
        model.eval()
        for _ in range(n):
            logits = model(torch.tensor(text)[None, :])[0]
            text += [sample_next(logits[0, -1, :], temperature, generator)]
        model.train(mode)
    return text[-n:]
# %% [alternate] Inverse of the cumulated probabilities, try and finally
# cell: l2e08-sampling
def sample_next(logits, temperature, generator):
    c = F.softmax(logits.double() / temperature, dim=-1).cumsum(-1)
    return int(torch.searchsorted(c, torch.rand(1, generator=generator, dtype=torch.float64) * c[-1]).clamp(max=len(c) - 1))


def generate(model, prompt, n, temperature, generator):
    before, result, state = model.training, [], None
    model.eval()
    try:
        with torch.no_grad():
            for k in prompt:
                out, state = model(torch.tensor([[k]]), state)
            for _ in range(n):
                result.append(sample_next(out[0, 0], temperature, generator))
                out, state = model(torch.tensor([[result[-1]]]), state)
    finally:
        model.train(before)
    return result


# %% [mutant] Only the five best
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    values, places = logits.topk(min(5, len(logits)))
    return places[torch.multinomial(torch.softmax(values / temperature, 0), 1, generator=generator)].item()


# %% [mutant] Nucleus of 95 per cent
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    p, places = torch.softmax(logits / temperature, 0).sort(descending=True)
    p = torch.where(p.cumsum(0) - p < 0.95, p, torch.zeros_like(p))
    return places[torch.multinomial(p, 1, generator=generator)].item()


# %% [mutant] No temperature below a tenth
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    p = torch.softmax(logits / max(temperature, 0.1), 0)
    return torch.multinomial(p, 1, generator=generator).item()


# %% [mutant] A power of the probabilities underflows
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    p = torch.softmax(logits, 0) ** (1 / temperature)
    return torch.multinomial(p / p.sum(), 1, generator=generator).item()


# %% [mutant] The generator starts anew at every draw
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    generator.manual_seed(generator.initial_seed())
    return torch.multinomial(torch.softmax(logits / temperature, 0), 1, generator=generator).item()


# %% [mutant] The greatest when it is cool
# cell: l2e08-sampling
# kills: l2e08-t1
def sample_next(logits, temperature, generator):
    if temperature < 0.5:
        return int(logits.argmax())
    return torch.multinomial(torch.softmax(logits / temperature, 0), 1, generator=generator).item()


# %% [mutant] Gradients are switched off for good
# cell: l2e08-sampling
# kills: l2e08-t2
def generate(model, prompt, n, temperature, generator):
    training = model.training
    model.eval()
    drawn = []
    torch.set_grad_enabled(False)
    logits, state = model(torch.tensor([prompt]))
    for _ in range(n):
        drawn.append(sample_next(logits[0, -1], temperature, generator))
        logits, state = model(torch.tensor([[drawn[-1]]]), state)
    model.train(training)
    return drawn


# %% [alternate] The state is taken apart into h and c
# cell: l2e08-sampling
def generate(model, prompt, n, temperature, generator):
    training = model.training
    model.eval()
    drawn = []
    with torch.no_grad():
        logits, state = model(torch.tensor([prompt]))
        for _ in range(n):
            drawn.append(sample_next(logits[0, -1], temperature, generator))
            logits, state = model(torch.tensor([[drawn[-1]]]), (state[0], state[1]))
    model.train(training)
    return drawn


# %% [alternate] Exponential race
# cell: l2e08-sampling
def sample_next(logits, temperature, generator):
    race = torch.empty(len(logits), dtype=torch.float64).exponential_(generator=generator)
    return (logits.double() / temperature - race.log()).argmax().item()


# %% [alternate] NumPy, seeded from the generator at each draw
# cell: l2e08-sampling
def sample_next(logits, temperature, generator):
    seed = torch.randint(2**62, (), generator=generator).item()
    z = logits.detach().numpy().astype(float) / temperature
    p = np.exp(z - z.max())
    return int(np.random.default_rng(seed).choice(len(z), p=p / p.sum()))


# %% [alternate] torch.distributions within a forked state of the random numbers
# cell: l2e08-sampling
def sample_next(logits, temperature, generator):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(torch.randint(0, 2**60, (1,), generator=generator).item())
        return int(torch.distributions.Categorical(logits=logits / temperature).sample())
