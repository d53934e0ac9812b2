# %% [mutant] Labels swapped
# cell: l3e07-losses
# kills: l3e07-t1
def d_loss(real_logits, fake_logits):
    return F.softplus(real_logits).mean() + F.softplus(-fake_logits).mean()

# %% [mutant] Only the real ones
# cell: l3e07-losses
# kills: l3e07-t1
def d_loss(real_logits, fake_logits):
    return 2 * F.softplus(-real_logits).mean() + 0 * fake_logits.mean()

# %% [mutant] The sigmoid is taken twice
# cell: l3e07-losses
# kills: l3e07-t1
def d_loss(real_logits, fake_logits):
    return F.softplus(-real_logits.sigmoid()).mean() + F.softplus(fake_logits.sigmoid()).mean()

# %% [mutant] Logarithms that overflow
# cell: l3e07-losses
# kills: l3e07-t1
def d_loss(real_logits, fake_logits):
    return -torch.log(torch.sigmoid(real_logits)).mean() - torch.log(1 - torch.sigmoid(fake_logits)).mean()

# %% [mutant] Logarithms with a floor
# cell: l3e07-losses
# kills: l3e07-t1
def d_loss(real_logits, fake_logits):
    return -torch.log(torch.sigmoid(real_logits) + 1e-8).mean() - torch.log(1 - torch.sigmoid(fake_logits) + 1e-8).mean()

# %% [mutant] Sums instead of means
# cell: l3e07-losses
# kills: l3e07-t1
def d_loss(real_logits, fake_logits):
    return F.softplus(-real_logits).sum() + F.softplus(fake_logits).sum()

# %% [mutant] One mean over real ones and fakes together
# cell: l3e07-losses
# kills: l3e07-t1
def d_loss(real_logits, fake_logits):
    return torch.cat([F.softplus(-real_logits).flatten(), F.softplus(fake_logits).flatten()]).mean()

# %% [mutant] Least squares
# cell: l3e07-losses
# kills: l3e07-t1
def d_loss(real_logits, fake_logits):
    return ((real_logits.sigmoid() - 1) ** 2).mean() + (fake_logits.sigmoid() ** 2).mean()

# %% [mutant] A critic without a logarithm
# cell: l3e07-losses
# kills: l3e07-t1
def d_loss(real_logits, fake_logits):
    return fake_logits.mean() - real_logits.mean() + 2 * float(np.log(2))

# %% [mutant] Smoothed labels
# cell: l3e07-losses
# kills: l3e07-t1
def d_loss(real_logits, fake_logits):
    targets = torch.full_like(real_logits, 0.9)
    return F.binary_cross_entropy_with_logits(real_logits, targets) + F.softplus(fake_logits).mean()

# %% [mutant] The saturating loss
# cell: l3e07-losses
# kills: l3e07-t2
def g_loss(fake_logits):
    return -F.softplus(fake_logits).mean()

# %% [mutant] The saturating loss, shifted to start at ln 2
# cell: l3e07-losses
# kills: l3e07-t2
def g_loss(fake_logits):
    return 2 * float(np.log(2)) - F.softplus(fake_logits).mean()

# %% [mutant] The generator wants to be found out
# cell: l3e07-losses
# kills: l3e07-t2
def g_loss(fake_logits):
    return F.softplus(fake_logits).mean()

# %% [mutant] A logarithm of a sigmoid
# cell: l3e07-losses
# kills: l3e07-t2
def g_loss(fake_logits):
    return -torch.log(torch.sigmoid(fake_logits)).mean()

# %% [mutant] The generator's losses are summed
# cell: l3e07-losses
# kills: l3e07-t2
def g_loss(fake_logits):
    return F.softplus(-fake_logits).sum() / len(fake_logits) ** 0 if len(fake_logits) < 2 else F.softplus(-fake_logits).sum()

# %% [mutant] The discriminator's gradients are not cleared
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    loss_d = d_loss(D(x), D(G(torch.randn(len(x), zdim, generator=generator)).detach()))
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss(D(G(torch.randn(len(x), zdim, generator=generator))))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d.item(), loss_g.item()

# %% [mutant] The generator's gradients are not cleared
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    loss_d = d_loss(D(x), D(G(torch.randn(len(x), zdim, generator=generator)).detach()))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss(D(G(torch.randn(len(x), zdim, generator=generator))))
    loss_g.backward()
    opt_g.step()
    return loss_d.item(), loss_g.item()

# %% [mutant] Gradients are cleared after the steps only
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    loss_d = d_loss(D(x), D(G(torch.randn(len(x), zdim, generator=generator)).detach()))
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss(D(G(torch.randn(len(x), zdim, generator=generator))))
    loss_g.backward()
    opt_g.step()
    opt_d.zero_grad()
    opt_g.zero_grad()
    return loss_d.item(), loss_g.item()

# %% [mutant] The fakes are not detached, and the generator keeps that gradient
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    opt_d.zero_grad()
    opt_g.zero_grad()
    loss_d = d_loss(D(x), D(G(torch.randn(len(x), zdim, generator=generator))))
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss(D(G(torch.randn(len(x), zdim, generator=generator))))
    loss_g.backward()
    opt_g.step()
    return loss_d.item(), loss_g.item()

# %% [mutant] The discriminator never steps
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    loss_d = d_loss(D(x), D(G(torch.randn(len(x), zdim, generator=generator)).detach()))
    loss_g = g_loss(D(G(torch.randn(len(x), zdim, generator=generator))))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d.item(), loss_g.item()

# %% [mutant] The generator is detached in its own step
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    fakes = G(torch.randn(len(x), zdim, generator=generator)).detach()
    loss_d = d_loss(D(x), D(fakes))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss(D(fakes))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d.item(), loss_g.item()

# %% [mutant] Both optimisers step for the generator's loss
# cell: l3e07-step
# kills: l3e07-t3
_one_each = gan_step
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    loss_d = d_loss(D(x), D(G(torch.randn(len(x), zdim, generator=generator)).detach()))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss(D(G(torch.randn(len(x), zdim, generator=generator))))
    opt_g.zero_grad()
    opt_d.zero_grad()
    loss_g.backward()
    opt_g.step()
    opt_d.step()
    return loss_d.item(), loss_g.item()

# %% [mutant] The discriminator's optimiser steps twice
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    loss_d = d_loss(D(x), D(G(torch.randn(len(x), zdim, generator=generator)).detach()))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss(D(G(torch.randn(len(x), zdim, generator=generator))))
    opt_g.zero_grad()
    loss_g.backward()
    opt_d.step()
    return loss_d.item(), loss_g.item()

# %% [mutant] The generator goes first
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    loss_g = g_loss(D(G(torch.randn(len(x), zdim, generator=generator))))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    loss_d = d_loss(D(x), D(G(torch.randn(len(x), zdim, generator=generator)).detach()))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    return loss_d.item(), loss_g.item()

# %% [mutant] The generator is judged by the old discriminator
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    fakes = G(torch.randn(len(x), zdim, generator=generator))
    loss_d = d_loss(D(x), D(fakes.detach()))
    opt_g.zero_grad()
    loss_g = g_loss(D(fakes))
    loss_g.backward()
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    opt_g.step()
    return loss_d.item(), loss_g.item()

# %% [mutant] Uniform noise
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    loss_d = d_loss(D(x), D(G(torch.rand(len(x), zdim, generator=generator)).detach()))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss(D(G(torch.rand(len(x), zdim, generator=generator))))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d.item(), loss_g.item()

# %% [mutant] Noise from the global generator
# cell: l3e07-step
# kills: l3e07-t3
_own_noise = gan_step
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    return _own_noise(G, D, opt_g, opt_d, x, zdim, torch.default_generator)

# %% [mutant] The losses come in the wrong order
# cell: l3e07-step
# kills: l3e07-t3
_in_order = gan_step
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    return _in_order(G, D, opt_g, opt_d, x, zdim, generator)[::-1]

# %% [mutant] Noise for half a batch
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    z = torch.randn(len(x) // 2, zdim, generator=generator)
    loss_d = d_loss(D(x), D(G(z).detach()))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss(D(G(z)))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d.item(), loss_g.item()

# %% [alternate] Cross-entropy with logits, the mean of the halves
# cell: l3e07-losses
def d_loss(real_logits, fake_logits):
    bce = nn.BCEWithLogitsLoss()
    return 0.5 * (bce(real_logits, torch.ones_like(real_logits)) + bce(fake_logits, torch.zeros_like(fake_logits)))

def g_loss(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))

# %% [alternate] Logarithms of sigmoids that do not overflow
# cell: l3e07-losses
def d_loss(real_logits, fake_logits):
    return -(F.logsigmoid(real_logits).mean() + F.logsigmoid(-fake_logits).mean())

def g_loss(fake_logits):
    zero = torch.zeros_like(fake_logits)
    return torch.logaddexp(zero, -fake_logits).mean()

# %% [alternate] The same fakes for both players
# cell: l3e07-step
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    z = torch.randn((x.shape[0], zdim), generator=generator, device=generator.device).to(x.device)
    fakes = G(z)
    opt_d.zero_grad()
    loss_d = d_loss(D(x), D(fakes.detach()))
    loss_d.backward()
    opt_d.step()
    opt_g.zero_grad()
    loss_g = g_loss(D(fakes))
    loss_g.backward()
    opt_g.step()
    return float(loss_d.detach()), float(loss_g.detach())

# %% [alternate] Fakes without a history, a frozen discriminator, halves inline
# cell: l3e07-step
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    n = x.size(0)
    with torch.no_grad():
        fakes = G(torch.randn(n, zdim, generator=generator))
    loss_d = 0.5 * (F.softplus(-D(x)).mean() + F.softplus(D(fakes)).mean())
    for p in D.parameters():
        p.grad = None
    loss_d.backward()
    opt_d.step()
    for p in D.parameters():
        p.requires_grad_(False)
    for p in G.parameters():
        p.grad = None
    loss_g = F.softplus(-D(G(torch.randn(n, zdim, generator=generator)))).mean()
    loss_g.backward()
    opt_g.step()
    for p in D.parameters():
        p.requires_grad_(True)
    return [loss_d.item(), loss_g.item()]

# %% [alternate] Not detached, but cleared before each backward pass
# cell: l3e07-step
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    losses = []
    for opt in (opt_d, opt_g):
        fakes = D(G(torch.randn(len(x), zdim, generator=generator)))
        loss = d_loss(D(x), fakes) if opt is opt_d else g_loss(fakes)
        G.zero_grad()
        D.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return tuple(losses)

# %% [mutant] Means mixed: everything concatenated first
# cell: l3e07-losses
# kills: l3e07-t1
def d_loss(real_logits, fake_logits):
    z = torch.cat([real_logits.reshape(-1), fake_logits.reshape(-1)])
    t = torch.cat([torch.ones(real_logits.numel()), torch.zeros(fake_logits.numel())]).to(z)
    return 2 * F.binary_cross_entropy_with_logits(z, t)

# %% [mutant] One-sided label smoothing
# cell: l3e07-losses
# kills: l3e07-t1
def d_loss(real_logits, fake_logits):
    bce = F.binary_cross_entropy_with_logits
    return bce(real_logits, torch.full_like(real_logits, 0.9)) + bce(fake_logits, torch.zeros_like(fake_logits))

# %% [mutant] Hinge loss
# cell: l3e07-losses
# kills: l3e07-t1
def d_loss(real_logits, fake_logits):
    return (F.relu(1 - real_logits).mean() + F.relu(1 + fake_logits).mean()) * np.log(2)

# %% [mutant] Sigmoid and BCELoss, whose logarithm is clamped
# cell: l3e07-losses
# kills: l3e07-t1, l3e07-t2
_bce = nn.BCELoss()
def d_loss(real_logits, fake_logits):
    return _bce(real_logits.sigmoid(), torch.ones_like(real_logits)) + _bce(fake_logits.sigmoid(), torch.zeros_like(fake_logits))


def g_loss(fake_logits):
    return _bce(fake_logits.sigmoid(), torch.ones_like(fake_logits))

# %% [mutant] The generator maximises the second term
# cell: l3e07-losses
# kills: l3e07-t2
def g_loss(fake_logits):
    return F.logsigmoid(-fake_logits).mean() + 2 * np.log(2)

# %% [alternate] logaddexp and logsigmoid; the mean of the halves
# cell: l3e07-losses
def d_loss(real_logits, fake_logits):
    zero = torch.zeros((), dtype=real_logits.dtype)
    return (torch.logaddexp(zero, -real_logits).mean() + torch.logaddexp(zero, fake_logits).mean()) / 2


def g_loss(fake_logits):
    return -F.logsigmoid(fake_logits).sum() / fake_logits.numel()

# %% [mutant] The generator's step is judged by fakes that were detached
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    z = torch.randn(len(x), zdim, generator=generator)
    fake = G(z)
    ld = d_loss(D(x), D(fake.detach()))
    opt_d.zero_grad()
    ld.backward()
    opt_d.step()
    lg = g_loss(D(fake.detach()))
    opt_g.zero_grad()
    lg.backward()
    opt_g.step()
    return ld.item(), lg.item()

# %% [mutant] Both losses before either step
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    fake = G(torch.randn(len(x), zdim, generator=generator))
    ld, lg = d_loss(D(x), D(fake.detach())), g_loss(D(fake))
    opt_g.zero_grad()
    lg.backward()
    opt_d.zero_grad()
    ld.backward()
    opt_d.step()
    opt_g.step()
    return ld.item(), lg.item()

# %% [mutant] Two steps for the discriminator
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    for _ in range(2):
        ld = d_loss(D(x), D(G(torch.randn(len(x), zdim, generator=generator)).detach()))
        opt_d.zero_grad()
        ld.backward()
        opt_d.step()
    lg = g_loss(D(G(torch.randn(len(x), zdim, generator=generator))))
    opt_g.zero_grad()
    lg.backward()
    opt_g.step()
    return ld.item(), lg.item()

# %% [mutant] Tensors as losses, the graph with them
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    noise = lambda: torch.randn(len(x), zdim, generator=generator)
    ld = d_loss(D(x), D(G(noise()).detach()))
    opt_d.zero_grad(); ld.backward(); opt_d.step()
    lg = g_loss(D(G(noise())))
    opt_g.zero_grad(); lg.backward(); opt_g.step()
    return ld, lg

# %% [alternate] requires_grad switched off for the generator's step, same noise
# cell: l3e07-step
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    z = torch.empty(len(x), zdim).normal_(generator=generator)
    fake = G(z)
    G.zero_grad(), D.zero_grad()
    ld = d_loss(D(x), D(fake.clone().detach()))
    ld.backward()
    opt_d.step()
    for p in D.parameters():
        p.requires_grad = False
    G.zero_grad()
    lg = g_loss(D(fake))
    lg.backward()
    opt_g.step()
    for p in D.parameters():
        p.requires_grad = True
    return float(ld.detach()), float(lg.detach())

# %% [mutant] The generator's cross-entropy is cut off at a hundred
# cell: l3e07-losses
# kills: l3e07-t2
def g_loss(fake_logits):
    return F.binary_cross_entropy(fake_logits.sigmoid(), torch.ones_like(fake_logits))

# %% [mutant] The logit is cut off at fifty
# cell: l3e07-losses
# kills: l3e07-t2
def g_loss(fake_logits):
    return torch.log1p(torch.exp((-fake_logits).clamp(max=50))).mean()

# %% [mutant] The discriminator stays frozen
# cell: l3e07-step
# kills: l3e07-t3
_right = gan_step
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    for p in D.parameters():
        p.requires_grad_(True)
    losses = _right(G, D, opt_g, opt_d, x, zdim, generator)
    for p in D.parameters():
        p.requires_grad_(False)
    return losses

# %% [mutant] Players are left in evaluation mode
# cell: l3e07-step
# kills: l3e07-t3
_right = gan_step
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    losses = _right(G, D, opt_g, opt_d, x, zdim, generator)
    G.eval()
    return losses

# %% [mutant] Tensors instead of floats
# cell: l3e07-step
# kills: l3e07-t3
_right = gan_step
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    return tuple(torch.tensor(loss) for loss in _right(G, D, opt_g, opt_d, x, zdim, generator))

# %% [mutant] One noise for the whole batch
# cell: l3e07-step
# kills: l3e07-t3
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    z = lambda: torch.randn(1, zdim, generator=generator, device=generator.device).to(x).expand(len(x), zdim)
    loss_d = d_loss(D(x), D(G(z()).detach()))
    opt_d.zero_grad()
    loss_d.backward()
    opt_d.step()
    loss_g = g_loss(D(G(z())))
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    return loss_d.item(), loss_g.item()

# %% [alternate] logaddexp, a sum divided by a count
# cell: l3e07-losses
def d_loss(real_logits, fake_logits):
    zero = real_logits.new_zeros(())
    halves = [torch.logaddexp(s, zero) for s in (-real_logits, fake_logits)]
    return sum(half.sum() / half.numel() for half in halves)


def g_loss(fake_logits):
    both = torch.stack([torch.zeros_like(fake_logits), -fake_logits])
    return torch.logsumexp(both, dim=0).mean()

# %% [alternate] Cross-entropy of two classes
# cell: l3e07-losses
def _two(logits, label):
    pair = torch.stack([torch.zeros_like(logits), logits], dim=-1).reshape(-1, 2)
    return F.cross_entropy(pair, torch.full((len(pair),), label, device=logits.device))


def d_loss(real_logits, fake_logits):
    return _two(real_logits, 1) + _two(fake_logits, 0)


def g_loss(fake_logits):
    return _two(fake_logits, 1)

# %% [alternate] Gradients by torch.autograd.grad
# cell: l3e07-step
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    def learn(opt, loss):
        parameters = [p for group in opt.param_groups for p in group["params"]]
        for p, g in zip(parameters, torch.autograd.grad(loss, parameters)):
            p.grad = g
        opt.step()
        return loss.item()

    def draw():
        return torch.randn(len(x), zdim, generator=generator, device=generator.device).to(x)

    return learn(opt_d, d_loss(D(x), D(G(draw())))), learn(opt_g, g_loss(D(G(draw()))))

# %% [alternate] Real and fake go through the discriminator together; closures
# cell: l3e07-step
def gan_step(G, D, opt_g, opt_d, x, zdim, generator):
    n = len(x)
    z = torch.randn(2 * n, zdim, generator=generator, device=generator.device).to(x)

    def of_d():
        opt_d.zero_grad(set_to_none=False)
        real, fake = D(torch.cat([x, G(z[:n]).detach()])).split(n)
        loss = d_loss(real, fake)
        loss.backward()
        return loss

    def of_g():
        opt_g.zero_grad(set_to_none=False)
        loss = g_loss(D(G(z[n:])))
        torch.autograd.backward(loss, inputs=list(G.parameters()))
        return loss

    return opt_d.step(of_d).item(), opt_g.step(of_g).item()
