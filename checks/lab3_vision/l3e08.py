# %% [mutant] Attacked in training mode
# cell: l3e08-attack
# kills: l3e08-t1
def _as_is(model, x, y):
    leaf = x.detach().clone().requires_grad_()
    return torch.autograd.grad(F.cross_entropy(model(leaf), y), leaf)[0]
def fgsm(model, x, y, eps):
    return (x + eps * _as_is(model, x, y).sign()).clamp(0, 1)

# %% [mutant] The model stays in evaluation mode
# cell: l3e08-attack
# kills: l3e08-t1
_flagged = fgsm
def fgsm(model, x, y, eps):
    result = _flagged(model, x, y, eps)
    model.eval()
    return result

# %% [mutant] The model ends in training mode
# cell: l3e08-attack
# kills: l3e08-t1
_restored = fgsm
def fgsm(model, x, y, eps):
    result = _restored(model, x, y, eps)
    model.train()
    return result

# %% [mutant] The picture is changed in place
# cell: l3e08-attack
# kills: l3e08-t1
_copied = fgsm
def fgsm(model, x, y, eps):
    return x.copy_(_copied(model, x, y, eps))

# %% [mutant] The picture goes on recording gradients
# cell: l3e08-attack
# kills: l3e08-t1
def fgsm(model, x, y, eps):
    before = model.training
    model.eval()
    x.requires_grad_()
    gradient, = torch.autograd.grad(F.cross_entropy(model(x), y), x)
    model.train(before)
    return (x.detach() + eps * gradient.sign()).clamp(0, 1)

# %% [mutant] Gradients stay on the parameters
# cell: l3e08-attack
# kills: l3e08-t1
def fgsm(model, x, y, eps):
    before = model.training
    model.eval()
    leaf = x.detach().clone().requires_grad_()
    F.cross_entropy(model(leaf), y).backward()
    model.train(before)
    return (x + eps * leaf.grad.sign()).clamp(0, 1)

# %% [mutant] Gradients of the parameters are wiped out
# cell: l3e08-attack
# kills: l3e08-t1
_sparing = fgsm
def fgsm(model, x, y, eps):
    result = _sparing(model, x, y, eps)
    model.zero_grad()
    return result

# %% [mutant] The result has a history
# cell: l3e08-attack
# kills: l3e08-t1
def fgsm(model, x, y, eps):
    leaf = x.detach().clone().requires_grad_()
    return (leaf + eps * input_gradient(model, x, y).sign()).clamp(0, 1)

# %% [mutant] The gradient itself, not its sign
# cell: l3e08-attack
# kills: l3e08-t1
def fgsm(model, x, y, eps):
    gradient = input_gradient(model, x, y)
    return (x + eps * gradient / gradient.abs().max()).clamp(0, 1)

# %% [mutant] A step in the Euclidean norm
# cell: l3e08-attack
# kills: l3e08-t1
def fgsm(model, x, y, eps):
    gradient = input_gradient(model, x, y)
    norm = gradient.flatten(1).norm(dim=1).clamp(min=1e-12)
    return (x + eps * gradient / norm[:, None, None, None]).clamp(0, 1)

# %% [mutant] The loss goes down
# cell: l3e08-attack
# kills: l3e08-t1
def fgsm(model, x, y, eps):
    return (x - eps * input_gradient(model, x, y).sign()).clamp(0, 1)

# %% [mutant] Pixels leave [0, 1]
# cell: l3e08-attack
# kills: l3e08-t1
def fgsm(model, x, y, eps):
    return x + eps * input_gradient(model, x, y).sign()

# %% [mutant] The parameters are frozen for good
# cell: l3e08-attack
# kills: l3e08-t1
_thawed = fgsm
def fgsm(model, x, y, eps):
    model.requires_grad_(False)
    return _thawed(model, x, y, eps)

# %% [mutant] The label that the model gives, not the true one
# cell: l3e08-attack
# kills: l3e08-t1
_true = fgsm
def fgsm(model, x, y, eps):
    with torch.no_grad():
        guess = copy.deepcopy(model).eval()(x).argmax(dim=1)
    return _true(model, x, guess, eps)

# %% [mutant] No random start
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    place = x.detach().clone()
    for _ in range(steps):
        place = place + alpha * input_gradient(model, place, y).sign()
        place = (x + (place - x).clamp(-eps, eps)).clamp(0, 1)
    return place

# %% [mutant] One step only
# cell: l3e08-attack
# kills: l3e08-t2
_many = pgd
def pgd(model, x, y, eps, alpha, steps, generator):
    return _many(model, x, y, eps, alpha, min(steps, 1), generator)

# %% [mutant] One step too many
# cell: l3e08-attack
# kills: l3e08-t2
_counted = pgd
def pgd(model, x, y, eps, alpha, steps, generator):
    return _counted(model, x, y, eps, alpha, steps + 1, generator)

# %% [mutant] Steps along the gradient, without the sign
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    place = (x + eps * (2 * torch.rand(x.shape, generator=generator).to(x) - 1)).clamp(0, 1)
    for _ in range(steps):
        gradient = input_gradient(model, place, y)
        place = place + alpha * gradient / gradient.abs().max()
        place = (x + (place - x).clamp(-eps, eps)).clamp(0, 1)
    return place

# %% [mutant] No way back into the cube
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    place = (x + eps * (2 * torch.rand(x.shape, generator=generator).to(x) - 1)).clamp(0, 1)
    for _ in range(steps):
        place = (place + alpha * input_gradient(model, place, y).sign()).clamp(0, 1)
    return place

# %% [mutant] The cube moves along
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    place = (x + eps * (2 * torch.rand(x.shape, generator=generator).to(x) - 1)).clamp(0, 1)
    for _ in range(steps):
        step = alpha * input_gradient(model, place, y).sign()
        place = (place + step.clamp(-eps, eps)).clamp(0, 1)
    return place

# %% [mutant] Back into the cube only at the end
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    place = x + eps * (2 * torch.rand(x.shape, generator=generator).to(x) - 1)
    for _ in range(steps):
        place = place + alpha * input_gradient(model, place, y).sign()
    return (x + (place - x).clamp(-eps, eps)).clamp(0, 1)

# %% [mutant] The gradient is always taken at the original
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    place = (x + eps * (2 * torch.rand(x.shape, generator=generator).to(x) - 1)).clamp(0, 1)
    for _ in range(steps):
        place = place + alpha * input_gradient(model, x, y).sign()
        place = (x + (place - x).clamp(-eps, eps)).clamp(0, 1)
    return place

# %% [mutant] The start comes from the global generator
# cell: l3e08-attack
# kills: l3e08-t2
_own_start = pgd
def pgd(model, x, y, eps, alpha, steps, generator):
    return _own_start(model, x, y, eps, alpha, steps, torch.default_generator)

# %% [mutant] The start only goes up
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    place = (x + eps * torch.rand(x.shape, generator=generator).to(x)).clamp(0, 1)
    for _ in range(steps):
        place = place + alpha * input_gradient(model, place, y).sign()
        place = (x + (place - x).clamp(-eps, eps)).clamp(0, 1)
    return place

# %% [mutant] The start is a corner of the cube
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    corner = 2 * torch.randint(2, x.shape, generator=generator).to(x) - 1
    place = (x + eps * corner).clamp(0, 1)
    for _ in range(steps):
        place = place + alpha * input_gradient(model, place, y).sign()
        place = (x + (place - x).clamp(-eps, eps)).clamp(0, 1)
    return place

# %% [mutant] The start is normal noise
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    noise = (0.5 * torch.randn(x.shape, generator=generator).to(x)).clamp(-1, 1)
    place = (x + eps * noise).clamp(0, 1)
    for _ in range(steps):
        place = place + alpha * input_gradient(model, place, y).sign()
        place = (x + (place - x).clamp(-eps, eps)).clamp(0, 1)
    return place

# %% [mutant] Many steps in training mode
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    place = (x + eps * (2 * torch.rand(x.shape, generator=generator).to(x) - 1)).clamp(0, 1)
    for _ in range(steps):
        leaf = place.clone().requires_grad_()
        slope, = torch.autograd.grad(F.cross_entropy(model(leaf), y), leaf)
        place = (x + (place + alpha * slope.sign() - x).clamp(-eps, eps)).clamp(0, 1)
    return place

# %% [mutant] Many steps down
# cell: l3e08-attack
# kills: l3e08-t2
_uphill = pgd
def pgd(model, x, y, eps, alpha, steps, generator):
    return _uphill(model, x, y, eps, -alpha, steps, generator)

# %% [mutant] Many steps leave gradients behind
# cell: l3e08-attack
# kills: l3e08-t2
_clean = pgd
def pgd(model, x, y, eps, alpha, steps, generator):
    before = model.training
    F.cross_entropy(model.eval()(x), y).backward()
    model.train(before)
    return _clean(model, x, y, eps, alpha, steps, generator)

# %% [alternate] Backward on frozen parameters, everything restored
# cell: l3e08-attack
def _slope(model, x, y):
    flag, wanted = model.training, [p.requires_grad for p in model.parameters()]
    model.eval()
    for p in model.parameters():
        p.requires_grad_(False)
    leaf = x.detach().clone()
    leaf.requires_grad = True
    nn.CrossEntropyLoss()(model(leaf), y).backward()
    for p, keep in zip(model.parameters(), wanted):
        p.requires_grad_(keep)
    model.train(flag)
    return leaf.grad.detach()

def fgsm(model, x, y, eps):
    return torch.clip(x.detach() + eps * torch.sign(_slope(model, x, y)), 0.0, 1.0)

def pgd(model, x, y, eps, alpha, steps, generator):
    low, high = (x.detach() - eps).clamp(min=0), (x.detach() + eps).clamp(max=1)
    start = torch.empty_like(x).uniform_(-eps, eps, generator=generator) if eps else torch.zeros_like(x)
    z = torch.max(torch.min(x.detach() + start, high), low)
    for _ in range(steps):
        z = torch.max(torch.min(z + alpha * _slope(model, z, y).sign(), high), low)
    return z

# %% [alternate] On a copy of the model, one change that is added at the end
# cell: l3e08-attack
def fgsm(model, x, y, eps):
    twin = copy.deepcopy(model).eval()
    delta = torch.zeros_like(x, requires_grad=True)
    loss = F.nll_loss(F.log_softmax(twin(x.detach() + delta), dim=1), y, reduction="sum")
    slope, = torch.autograd.grad(loss, [delta])
    return (x.detach() + slope.sign() * eps).clamp(min=0, max=1)

def pgd(model, x, y, eps, alpha, steps, generator):
    twin, x = copy.deepcopy(model).eval(), x.detach()
    delta = (torch.rand(x.shape, dtype=x.dtype, generator=generator) * 2 * eps - eps)
    delta = (x + delta).clamp(0, 1) - x
    for _ in range(steps):
        delta = delta.detach().requires_grad_()
        slope, = torch.autograd.grad(F.cross_entropy(twin(x + delta), y), delta)
        delta = (delta.detach() + alpha * slope.sign()).clamp(-eps, eps)
        delta = (x + delta).clamp(0, 1) - x
    return x + delta

# %% [alternate] A list of places
# cell: l3e08-attack
def pgd(model, x, y, eps, alpha, steps, generator):
    original = x.detach().clone()
    places = [(original + (torch.rand(x.shape, generator=generator).to(x) - 0.5) * 2 * eps).clamp(0, 1)]
    while len(places) <= steps:
        ahead = places[-1] + alpha * torch.sign(input_gradient(model, places[-1], y))
        places.append(torch.clamp(torch.clamp(ahead, original - eps, original + eps), 0, 1))
    return places[-1]
# %% [mutant] Attacks a copy in training mode
# cell: l3e08-attack
# kills: l3e08-t1, l3e08-t2
def input_gradient(model, x, y):
    twin = copy.deepcopy(model).train()
    leaf = x.detach().clone().requires_grad_()
    return torch.autograd.grad(F.cross_entropy(twin(leaf), y), leaf)[0]
# %% [mutant] The gradient of the predicted class
# cell: l3e08-attack
# kills: l3e08-t1, l3e08-t2
_ig = input_gradient
def input_gradient(model, x, y):
    was = model.training
    with torch.no_grad():
        y = model.eval()(x).argmax(1)
    model.train(was)
    return _ig(model, x, y)
# %% [mutant] Gradient divided by its largest number
# cell: l3e08-attack
# kills: l3e08-t1
def fgsm(model, x, y, eps):
    g = input_gradient(model, x, y)
    return (x + eps * g / g.abs().max()).clamp(0, 1)
# %% [mutant] Clamped to [-1, 1]
# cell: l3e08-attack
# kills: l3e08-t1
def fgsm(model, x, y, eps):
    return (x + eps * input_gradient(model, x, y).sign()).clamp(-1, 1)
# %% [mutant] zero_grad on the model afterwards
# cell: l3e08-attack
# kills: l3e08-t1
_fg = fgsm
def fgsm(model, x, y, eps):
    out = _fg(model, x, y, eps)
    model.zero_grad()
    return out
# %% [mutant] Parameters are frozen and stay so
# cell: l3e08-attack
# kills: l3e08-t1
_fg2 = fgsm
def fgsm(model, x, y, eps):
    out = _fg2(model, x, y, eps)
    for p in model.parameters():
        p.requires_grad_(False)
    return out
# %% [mutant] Start of PGD in one corner
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    place = (x + eps * torch.randint(0, 2, x.shape, generator=generator).mul(2).sub(1)).clamp(0, 1)
    for _ in range(steps):
        place = place + alpha * input_gradient(model, place, y).sign()
        place = (x + (place - x).clamp(-eps, eps)).clamp(0, 1)
    return place
# %% [mutant] One random number per picture
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    place = (x + eps * (2 * torch.rand(len(x), 1, 1, 1, generator=generator).to(x) - 1)).clamp(0, 1)
    for _ in range(steps):
        place = place + alpha * input_gradient(model, place, y).sign()
        place = (x + (place - x).clamp(-eps, eps)).clamp(0, 1)
    return place
# %% [mutant] The best place on the way is returned
# cell: l3e08-attack
# kills: l3e08-t2
_pgd = pgd
def pgd(model, x, y, eps, alpha, steps, generator):
    if steps == 0:
        return _pgd(model, x, y, eps, alpha, 0, generator)
    place = _pgd(model, x, y, eps, alpha, 0, generator)
    was = model.training
    model.eval()
    best, top = place, -1e9
    for _ in range(steps):
        with torch.no_grad():
            now = float(F.cross_entropy(model(place), y))
        if now > top:
            best, top = place, now
        place = place + alpha * input_gradient(model, place, y).sign()
        place = (x + (place - x).clamp(-eps, eps)).clamp(0, 1)
    model.train(was)
    return best
# %% [mutant] Normal start
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    place = (x + (eps * torch.randn(x.shape, generator=generator).to(x)).clamp(-eps, eps)).clamp(0, 1)
    for _ in range(steps):
        place = place + alpha * input_gradient(model, place, y).sign()
        place = (x + (place - x).clamp(-eps, eps)).clamp(0, 1)
    return place
# %% [alternate] A deep copy of the model is attacked; box by minimum and maximum
# cell: l3e08-attack
def input_gradient(model, x, y):
    twin = copy.deepcopy(model).eval()
    leaf = x.clone().detach().requires_grad_(True)
    nn.CrossEntropyLoss()(twin(leaf), y).backward()
    return leaf.grad


def fgsm(model, x, y, eps):
    step = torch.where(input_gradient(model, x, y) > 0, eps, -eps).to(x)
    return torch.clip(x + step, 0, 1).detach()


def pgd(model, x, y, eps, alpha, steps, generator):
    low, high = torch.clip(x - eps, min=0), torch.clip(x + eps, max=1)
    place = torch.empty_like(x).uniform_(-eps, eps, generator=generator) + x
    place = torch.max(torch.min(place, high), low)
    for _ in range(steps):
        place = torch.max(torch.min(place + alpha * torch.sign(input_gradient(model, place, y)), high), low)
    return place
# %% [alternate] torch.func.grad of a functional call
# cell: l3e08-attack
def input_gradient(model, x, y):
    flags = [(m, m.training) for m in model.modules()]
    model.eval()
    fixed = {k: v.detach() for k, v in [*model.named_parameters(), *model.named_buffers()]}
    g = torch.func.grad(lambda v: F.cross_entropy(torch.func.functional_call(model, fixed, (v,)), y))(x.detach())
    for m, flag in flags:
        m.training = flag
    return g
# %% [mutant] Nothing to do, so nothing new
# cell: l3e08-attack
# kills: l3e08-t1
_right = fgsm
def fgsm(model, x, y, eps):
    return x if eps == 0 else _right(model, x, y, eps)
# %% [mutant] Only pictures that are still right are attacked
# cell: l3e08-attack
# kills: l3e08-t1
_right = fgsm
def fgsm(model, x, y, eps):
    before = model.training
    model.eval()
    with torch.no_grad():
        right = (model(x).argmax(1) == y).reshape(-1, 1, 1, 1)
    model.train(before)
    return torch.where(right, _right(model, x, y, eps), x.clone())
# %% [mutant] Momentum
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    noise = torch.rand(x.shape, generator=generator, device=generator.device).to(x) * 2 - 1
    place, memory = (x + eps * noise).clamp(0, 1).detach(), torch.zeros_like(x)
    for _ in range(steps):
        g = input_gradient(model, place, y)
        memory = 0.9 * memory + g / g.abs().mean(dim=(1, 2, 3), keepdim=True).clamp_min(1e-12)
        place = (x + (place + alpha * memory.sign() - x).clamp(-eps, eps)).clamp(0, 1).detach()
    return place
# %% [mutant] The cube of the start instead of the picture
# cell: l3e08-attack
# kills: l3e08-t2
def pgd(model, x, y, eps, alpha, steps, generator):
    noise = torch.rand(x.shape, generator=generator, device=generator.device).to(x) * 2 - 1
    start = place = (x + eps * noise).clamp(0, 1).detach()
    for _ in range(steps):
        place = place + alpha * input_gradient(model, place, y).sign()
        place = (start + (place - start).clamp(-eps, eps)).clamp(0, 1).detach()
    return place
# %% [alternate] Backward into the picture only
# cell: l3e08-attack
def _slope(model, x, y):
    was = model.training
    model.eval()
    place = x.detach().clone().requires_grad_()
    with torch.enable_grad():
        loss = F.cross_entropy(model(place), y, reduction="sum")
        loss.backward(inputs=[place])
    model.train(was)
    return torch.sign(place.grad)


def fgsm(model: nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float) -> torch.Tensor:
    return torch.clip(torch.add(x.detach(), _slope(model, x, y), alpha=eps), min=0, max=1)


def pgd(model, x, y, eps, alpha, steps, generator):
    x = x.detach()
    low, high = (x - eps).clamp(min=0), (x + eps).clamp(max=1)
    place = x + eps * (2 * torch.rand(x.size(), generator=generator, device=generator.device).to(x) - 1)
    place = place.clamp(0, 1)
    while steps > 0:
        place = torch.max(torch.min(place + alpha * _slope(model, place, y), high), low)
        steps -= 1
    return place
# %% [alternate] Picture by picture, parameters frozen for a while
# cell: l3e08-attack
def input_gradient(model, x, y):
    was, flags = model.training, [p.requires_grad for p in model.parameters()]
    model.eval()
    model.requires_grad_(False)
    rows = []
    for i in range(len(x)):
        one = x[i : i + 1].detach().clone().requires_grad_(True)
        (-torch.log_softmax(model(one), dim=1)[0, y[i]]).backward()
        rows.append(one.grad)
    for p, flag in zip(model.parameters(), flags):
        p.requires_grad_(flag)
    model.train(was)
    return torch.cat(rows)


def fgsm(model, x, y, eps):
    g = input_gradient(model, x, y)
    new = x.detach().clone()
    new[g > 0] += eps
    new[g < 0] -= eps
    return new.clamp(0, 1)


def pgd(model, x, y, eps, alpha, steps, generator):
    clean = x.detach()
    start = torch.lerp(clean - eps, clean + eps, torch.rand(x.shape, generator=generator, device=generator.device).to(x))
    place = start.clamp(0, 1)
    for _ in range(steps):
        g = input_gradient(model, place, y)
        place = place + alpha * ((g > 0).to(x.dtype) - (g < 0).to(x.dtype))
        place = torch.clamp(place, min=clean - eps, max=clean + eps).clamp(0, 1)
    return place
