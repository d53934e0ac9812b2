# %% [mutant] Clean pictures only
# cell: l3e09-harden
# kills: l3e09-t1
_attacking = train_adversarial
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    def harmless(model, x, y, eps, generator):
        attack(model, x, y, eps, generator)
        return x
    return _attacking(model, data, eps, harmless, opt, epochs, batch_size, generator)

# %% [mutant] Clean and attacked pictures mixed
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    (x, y), losses = data, []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            attacked = attack(model, x[rows], y[rows], eps, generator)
            model.train()
            loss = F.cross_entropy(model(torch.cat([x[rows], attacked])), torch.cat([y[rows], y[rows]]))
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses

# %% [mutant] Attacked once, at the start
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    (x, y), losses = data, []
    attacked = attack(model, x, y, eps, generator)
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            model.train()
            loss = F.cross_entropy(model(attacked[rows]), y[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses

# %% [mutant] Attacked once per epoch
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    (x, y), losses = data, []
    for _ in range(epochs):
        total, order = 0.0, torch.randperm(len(x), generator=generator)
        attacked = torch.cat([attack(model, x[rows], y[rows], eps, generator) for rows in order.split(batch_size)])
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            model.train()
            loss = F.cross_entropy(model(attacked[start : start + batch_size]), y[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses

# %% [mutant] Only the first epoch is attacked
# cell: l3e09-harden
# kills: l3e09-t1
_throughout = train_adversarial
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    none = lambda model, x, y, eps, generator: x
    first = _throughout(model, data, eps, attack, opt, min(1, epochs), batch_size, generator)
    return first + _throughout(model, data, eps, none, opt, max(0, epochs - 1), batch_size, generator)

# %% [mutant] Old gradients are added
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    (x, y), losses = data, []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            attacked = attack(model, x[rows], y[rows], eps, generator)
            model.train()
            loss = F.cross_entropy(model(attacked), y[rows])
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses

# %% [mutant] It learns in evaluation mode
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    (x, y), losses = data, []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            model.eval()
            attacked = attack(model, x[rows], y[rows], eps, generator)
            loss = F.cross_entropy(model(attacked), y[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses

# %% [mutant] Half of eps
# cell: l3e09-harden
# kills: l3e09-t1
_full_size = train_adversarial
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    return _full_size(model, data, eps / 2, attack, opt, epochs, batch_size, generator)

# %% [mutant] The order never changes
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    (x, y), losses = data, []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.arange(len(x)).split(batch_size):
            attacked = attack(model, x[rows], y[rows], eps, generator)
            model.train()
            loss = F.cross_entropy(model(attacked), y[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses

# %% [mutant] The order comes from the global generator
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    (x, y), losses = data, []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x)).split(batch_size):
            attacked = attack(model, x[rows], y[rows], eps, generator)
            model.train()
            loss = F.cross_entropy(model(attacked), y[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses

# %% [mutant] The last, smaller batch is dropped
# cell: l3e09-harden
# kills: l3e09-t1
_every_picture = train_adversarial
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    whole = len(data[0]) // batch_size * batch_size
    return _every_picture(model, (data[0][:whole], data[1][:whole]), eps, attack, opt, epochs, batch_size, generator)

# %% [mutant] The mean of the batches' means
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    (x, y), losses = data, []
    for _ in range(epochs):
        seen = []
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            attacked = attack(model, x[rows], y[rows], eps, generator)
            model.train()
            loss = F.cross_entropy(model(attacked), y[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
            seen.append(loss.item())
        losses.append(float(np.mean(seen)))
    return losses

# %% [mutant] One loss for the whole training
# cell: l3e09-harden
# kills: l3e09-t1
_per_epoch = train_adversarial
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    return _per_epoch(model, data, eps, attack, opt, epochs, batch_size, generator)[-1:]

# %% [mutant] Labels of another order
# cell: l3e09-harden
# kills: l3e09-t1
_matched = train_adversarial
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    return _matched(model, (data[0], data[1].flip(0)), eps, attack, opt, epochs, batch_size, generator)

# %% [mutant] An optimiser of its own
# cell: l3e09-harden
# kills: l3e09-t1
_given_one = train_adversarial
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    return _given_one(model, data, eps, attack, torch.optim.Adam(model.parameters(), lr=3e-3), epochs, batch_size, generator)

# %% [mutant] The attacked pictures replace the data
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    (x, y), losses = data, []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            x[rows] = attack(model, x[rows], y[rows], eps, generator)
            model.train()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses

# %% [alternate] Slices of a shuffled order, an array of losses
# cell: l3e09-harden
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    x, y = data
    device, history = next(model.parameters()).device, np.zeros(epochs)
    for epoch in range(epochs):
        order = torch.argsort(torch.rand(len(x), generator=generator))
        for start in range(0, len(x), batch_size):
            rows = order[start : start + batch_size]
            xb, yb = x[rows].to(device), y[rows].to(device)
            xb = attack(model, xb, yb, eps, generator).detach()
            model.train()
            opt.zero_grad(set_to_none=False)
            losses = F.cross_entropy(model(xb), yb, reduction="none")
            losses.mean().backward()
            opt.step()
            history[epoch] += losses.detach().sum().item() / len(x)
    return history

# %% [alternate] With train_epoch and a generator of batches
# cell: l3e09-harden
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    x, y = data
    device = next(model.parameters()).device
    def attacked_batches():
        for rows in torch.split(torch.randperm(x.shape[0], generator=generator), batch_size):
            xb, yb = x[rows].to(device), y[rows].to(device)
            yield attack(model, xb, yb, eps, generator), yb
    return [train_epoch(model, attacked_batches(), opt, device) for _ in range(epochs)]
# %% [mutant] Labels that the model predicts for the attacked pictures
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    (x, y), losses = data, []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            a = attack(model, x[rows], y[rows], eps, generator)
            model.train()
            z = model(a)
            loss = F.cross_entropy(z, z.detach().argmax(1))
            opt.zero_grad(); loss.backward(); opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses
# %% [mutant] An attack twice as strong
# cell: l3e09-harden
# kills: l3e09-t1
_ta = train_adversarial
def train_adversarial(model, data, eps, *rest):
    return _ta(model, data, 2 * eps, *rest)
# %% [mutant] The model is put into evaluation mode for the attack and stays there
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    (x, y), losses = data, []
    for _ in range(epochs):
        total = 0.0
        model.train()
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            model.eval()
            a = attack(model, x[rows], y[rows], eps, generator)
            loss = F.cross_entropy(model(a), y[rows])
            opt.zero_grad(); loss.backward(); opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses
# %% [mutant] Attacked pictures serve as data for the next epoch
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    (x, y), losses = data, []
    x = x.clone()
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            x[rows] = attack(model, x[rows], y[rows], eps, generator)
            model.train()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            opt.zero_grad(); loss.backward(); opt.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses
# %% [alternate] The order by sorting random numbers, a DataLoader-like slicing, losses as an array
# cell: l3e09-harden
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    x, y = data
    where = next(model.parameters()).device
    means = np.zeros(epochs)
    for e in range(epochs):
        order = torch.rand(len(x), generator=generator).argsort()
        for s in range(0, len(x), batch_size):
            xb, yb = x[order[s : s + batch_size]].to(where), y[order[s : s + batch_size]].to(where)
            xa = attack(model, xb, yb, eps, generator).detach()
            model.train()
            for p in model.parameters():
                p.grad = None
            loss = F.cross_entropy(model(xa), yb)
            loss.backward()
            opt.step()
            means[e] += float(loss.detach()) * len(xb) / len(x)
    return means.tolist()
# %% [mutant] Gradients are cleared before the attack
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    x, y = data
    device, history = next(model.parameters()).device, []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator, device=generator.device).cpu().split(batch_size):
            bx, by = x[rows].to(device), y[rows].to(device)
            opt.zero_grad()
            bad = attack(model, bx, by, eps, generator)
            model.train()
            loss = F.cross_entropy(model(bad), by)
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        history.append(total / len(x))
    return history
# %% [mutant] The cube grows from epoch to epoch
# cell: l3e09-harden
# kills: l3e09-t1
_right = train_adversarial
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    return [_right(model, data, eps * (epoch + 1) / epochs, attack, opt, 1, batch_size, generator)[0] for epoch in range(epochs)]
# %% [mutant] Pictures with replacement
# cell: l3e09-harden
# kills: l3e09-t1
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    x, y = data
    device, history = next(model.parameters()).device, []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randint(len(x), (len(x),), generator=generator).split(batch_size):
            bx, by = x[rows].to(device), y[rows].to(device)
            bad = attack(model, bx, by, eps, generator)
            model.train()
            loss = F.cross_entropy(model(bad), by)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        history.append(total / len(x))
    return history
# %% [alternate] A DataLoader
# cell: l3e09-harden
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    from torch.utils.data import DataLoader, TensorDataset

    where = next(model.parameters()).device
    loader = DataLoader(TensorDataset(*data), batch_size=batch_size, shuffle=True, generator=generator)
    model.train()
    history: list[float] = []
    for _ in range(epochs):
        sums = []
        for inputs, labels in loader:
            inputs, labels = inputs.to(where), labels.to(where)
            fooled = attack(model, inputs, labels, eps, generator).detach()
            opt.zero_grad(set_to_none=True)
            losses = F.cross_entropy(model(fooled), labels, reduction="none")
            losses.mean().backward()
            opt.step()
            sums += losses.tolist()
        history.append(sum(sums) / len(sums))
    return history
# %% [alternate] An order from NumPy, seeded by the generator
# cell: l3e09-harden
def train_adversarial(model, data, eps, attack, opt, epochs, batch_size, generator):
    x, y = data
    device = next(model.parameters()).device
    history = [0.0] * epochs
    for epoch in range(epochs):
        seed = torch.randint(2**31, (1,), generator=generator, device=generator.device).item()
        order = np.random.default_rng(seed).permutation(len(x))
        for rows in np.array_split(order, range(batch_size, len(order), batch_size)):
            rows = torch.as_tensor(rows)
            bx, by = x[rows].to(device), y[rows].to(device)
            bad = attack(model, bx, by, eps, generator)
            model.train(mode=True)
            loss = F.cross_entropy(model(bad), by)
            opt.zero_grad()
            loss.backward()
            opt.step()
            history[epoch] += loss.item() * len(rows) / len(x)
    return history
