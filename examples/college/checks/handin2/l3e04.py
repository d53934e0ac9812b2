# %% [mutant] Layers in a plain list
# cell: l3e04-cnn
# kills: l3e04-t1
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.blocks = [nn.Conv2d(channels, 8, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(4)]
        self.head = nn.Linear(128, classes)
    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x.flatten(1))

# %% [mutant] A softmax at the end
# cell: l3e04-cnn
# kills: l3e04-t1
_Logits = SmallCNN
class SmallCNN(_Logits):
    def forward(self, x):
        return super().forward(x).softmax(dim=1)

# %% [mutant] Logarithms of probabilities
# cell: l3e04-cnn
# kills: l3e04-t1
_Raw = SmallCNN
class SmallCNN(_Raw):
    def forward(self, x):
        return super().forward(x).log_softmax(dim=1)

# %% [mutant] Ten times the budget
# cell: l3e04-cnn
# kills: l3e04-t1
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(channels, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.AdaptiveAvgPool2d(4))
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(1024, 512), nn.ReLU(), nn.Linear(512, classes))
    def forward(self, x):
        return self.head(self.features(x))

# %% [mutant] Made for 8x8 pixels only
# cell: l3e04-cnn
# kills: l3e04-t1
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(channels, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2))
        self.head = nn.Linear(256, classes)
    def forward(self, x):
        return self.head(self.features(x).flatten(1))

# %% [mutant] The number of channels is ignored
# cell: l3e04-cnn
# kills: l3e04-t1
_Coloured = SmallCNN
class SmallCNN(_Coloured):
    def __init__(self, channels=1, classes=10):
        super().__init__(1, classes)

# %% [mutant] The number of classes is ignored
# cell: l3e04-cnn
# kills: l3e04-t1
_Classes = SmallCNN
class SmallCNN(_Classes):
    def __init__(self, channels=1, classes=10):
        super().__init__(channels, 10)

# %% [mutant] A layer that nobody calls
# cell: l3e04-cnn
# kills: l3e04-t1
_Used = SmallCNN
class SmallCNN(_Used):
    def __init__(self, channels=1, classes=10):
        super().__init__(channels, classes)
        self.forgotten = nn.Conv2d(8, 8, 3)

# %% [mutant] Batch normalisation without notes
# cell: l3e04-cnn
# kills: l3e04-t1
_Noted = SmallCNN
class SmallCNN(_Noted):
    def __init__(self, channels=1, classes=10):
        super().__init__(channels, classes)
        for layer in self.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.track_running_stats, layer.running_mean, layer.running_var = False, None, None

# %% [mutant] An MLP on pooled pixels
# cell: l3e04-cnn
# kills: l3e04-t1
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.layers = nn.Sequential(nn.AdaptiveAvgPool2d(8), nn.Flatten(), nn.Linear(64 * channels, 64), nn.ReLU(), nn.Linear(64, classes))
    def forward(self, x):
        return self.layers(x)

# %% [mutant] Everything is averaged away before the head
# cell: l3e04-cnn
# kills: l3e04-t1
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.conv = nn.Conv2d(channels, 4, 1)
        self.head = nn.Linear(4, classes)
    def forward(self, x):
        return self.head(self.conv(x).mean(dim=(2, 3)))

# %% [mutant] No evaluation mode
# cell: l3e04-loop
# kills: l3e04-t2
def evaluate(model, loader):
    device, right, count = next(model.parameters()).device, 0, 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x.to(device)).argmax(dim=1) == y.to(device)).sum().item()
            count += len(y)
    return right / count

# %% [mutant] Gradients are recorded while judging
# cell: l3e04-loop
# kills: l3e04-t2
def evaluate(model, loader):
    before, device, right, count = model.training, next(model.parameters()).device, 0, 0
    model.eval()
    for x, y in loader:
        right += (model(x.to(device)).argmax(dim=1) == y.to(device)).sum().item()
        count += len(y)
    model.train(before)
    return right / count

# %% [mutant] The model stays in evaluation mode
# cell: l3e04-loop
# kills: l3e04-t2
_restoring = evaluate
def evaluate(model, loader):
    share = _restoring(model, loader)
    model.eval()
    return share

# %% [mutant] The model is always put into training mode
# cell: l3e04-loop
# kills: l3e04-t2
_careful = evaluate
def evaluate(model, loader):
    share = _careful(model, loader)
    model.train()
    return share

# %% [mutant] The mean of the batches' shares
# cell: l3e04-loop
# kills: l3e04-t2
_exact = evaluate
def evaluate(model, loader):
    return float(np.mean([_exact(model, [batch]) for batch in loader]))

# %% [mutant] Only the last batch counts
# cell: l3e04-loop
# kills: l3e04-t2
_every = evaluate
def evaluate(model, loader):
    return [_every(model, [batch]) for batch in loader][-1]

# %% [mutant] The number of right answers, not their share
# cell: l3e04-loop
# kills: l3e04-t2
_share = evaluate
def evaluate(model, loader):
    batches = list(loader)
    return _share(model, batches) * sum(len(y) for _, y in batches)

# %% [mutant] Judged where the batch happens to be
# cell: l3e04-loop
# kills: l3e04-t2
def evaluate(model, loader):
    before, right, count = model.training, 0, 0
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(dim=1) == y).sum().item()
            count += len(y)
    model.train(before)
    return right / count

# %% [mutant] Old gradients are added
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    model.train()
    total, count = 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count

# %% [mutant] Gradients are cleared after the step only
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    model.train()
    total, count = 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        opt.zero_grad()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count

# %% [mutant] A softmax before the cross-entropy
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    model.train()
    total, count = 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = F.cross_entropy(model(x).softmax(dim=1), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count

# %% [mutant] The sum of the losses of a batch
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    model.train()
    total, count = 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = F.cross_entropy(model(x), y, reduction="sum")
        opt.zero_grad()
        loss.backward()
        opt.step()
        total, count = total + loss.item(), count + len(y)
    return total / count

# %% [mutant] The mode is left as it happens to be
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    total, count = 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = F.cross_entropy(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count

# %% [mutant] The mean of the batches' mean losses
# cell: l3e04-loop
# kills: l3e04-t3
_weighted = train_epoch
def train_epoch(model, loader, opt, device):
    return float(np.mean([_weighted(model, [batch], opt, device) for batch in loader]))

# %% [mutant] The loss of the last batch
# cell: l3e04-loop
# kills: l3e04-t3
_whole = train_epoch
def train_epoch(model, loader, opt, device):
    return [_whole(model, [batch], opt, device) for batch in loader][-1]

# %% [mutant] One step at the end of the epoch
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    model.train()
    opt.zero_grad()
    total, count = 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        total, count = total + loss.item() * len(y), count + len(y)
    opt.step()
    return total / count

# %% [mutant] An optimiser of its own
# cell: l3e04-loop
# kills: l3e04-t3
_given_opt = train_epoch
def train_epoch(model, loader, opt, device):
    return _given_opt(model, loader, torch.optim.Adam(model.parameters(), lr=3e-3), device)

# %% [mutant] A graphics card by name
# cell: l3e04-loop
# kills: l3e04-t3
_anywhere = train_epoch
def train_epoch(model, loader, opt, device):
    return _anywhere(model.cuda(), loader, opt, "cuda")

# %% [mutant] Labels stay where they are
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    model.train()
    total, count = 0.0, 0
    for x, y in loader:
        loss = F.cross_entropy(model(x.to(device)), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total, count = total + loss.item() * len(y), count + len(y)
    return total / count

# %% [mutant] Two steps for each batch
# cell: l3e04-loop
# kills: l3e04-t3
_once = train_epoch
def train_epoch(model, loader, opt, device):
    return _once(model, [batch for batch in loader for _ in range(2)], opt, device)

# %% [mutant] The loss of after the epoch
# cell: l3e04-loop
# kills: l3e04-t3
_before_step = train_epoch
def train_epoch(model, loader, opt, device):
    batches = list(loader)
    _before_step(model, batches, opt, device)
    with torch.no_grad():
        model.eval()
        losses = [F.cross_entropy(model(x), y, reduction="sum").item() for x, y in batches]
    return sum(losses) / sum(len(y) for _, y in batches)

# %% [alternate] Strides instead of pooling, a convolution as head, the largest place counts
# cell: l3e04-cnn
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        def block(c_in, c_out, stride):
            return nn.Sequential(nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False), nn.BatchNorm2d(c_out), nn.LeakyReLU())
        self.stages = nn.ModuleList([block(channels, 32, 1), block(32, 32, 2), block(32, 64, 1)])
        self.last = nn.Conv2d(64, classes, 1)
    def forward(self, x):
        for stage in self.stages:
            x = stage(x)
        return self.last(x).amax(dim=(2, 3))

# %% [alternate] No batch normalisation, dropout, named layers
# cell: l3e04-cnn
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 24, 3, padding=1)
        self.conv2 = nn.Conv2d(24, 48, 3, padding=1)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(48 * 16, classes)
    def forward(self, x):
        x = F.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = F.adaptive_max_pool2d(torch.relu(self.conv2(x)), 4)
        return self.out(self.drop(torch.flatten(x, start_dim=1)))

# %% [alternate] A residual block, parameters of its own, dictionary of layers
# cell: l3e04-cnn
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(16, channels, 3, 3) * (2 / (9 * channels)) ** 0.5)
        self.layers = nn.ModuleDict({"norm": nn.BatchNorm2d(16), "again": nn.Conv2d(16, 16, 3, padding=1), "renorm": nn.BatchNorm2d(16)})
        self.head = nn.Linear(16 * 16, classes)
    def forward(self, x):
        x = F.relu(self.layers["norm"](F.conv2d(x, self.kernel, padding=1)))
        x = F.relu(x + self.layers["renorm"](self.layers["again"](x)))
        return self.head(F.adaptive_avg_pool2d(x, (4, 4)).reshape(len(x), -1))

# %% [alternate] Inference mode, sums on the device, list of losses
# cell: l3e04-loop
def train_epoch(model, loader, opt, device):
    model.train(True)
    criterion, losses, sizes = nn.CrossEntropyLoss(), [], []
    for batch in loader:
        x, y = (part.to(device, non_blocking=True) for part in batch)
        opt.zero_grad(set_to_none=True)
        output = model(x)
        loss = criterion(output, y)
        loss.backward()
        opt.step()
        losses.append(loss.detach())
        sizes.append(y.numel())
    weights = torch.tensor(sizes, dtype=torch.float64)
    return float((torch.stack(losses).cpu().double() * weights).sum() / weights.sum())

@torch.no_grad()
def evaluate(model, loader):
    was_training = model.training
    model.eval()
    device = next(iter(model.parameters())).device
    hits = []
    for x, y in loader:
        best = model(x.to(device)).max(dim=1).indices.cpu()
        hits.extend((best == y.cpu()).tolist())
    if was_training:
        model.train()
    return sum(hits) / len(hits)

# %% [alternate] Gradients cleared by hand, log-softmax by hand
# cell: l3e04-loop
def train_epoch(model, loader, opt, device):
    model.train()
    total = count = 0
    for x, y in loader:
        x, y = torch.as_tensor(x, device=device), torch.as_tensor(y, device=device)
        for p in model.parameters():
            p.grad = None
        logp = torch.log_softmax(model(x), dim=1)
        loss = -logp[torch.arange(len(y), device=device), y].mean()
        loss.backward()
        opt.step()
        total += float(loss.detach()) * x.shape[0]
        count += x.shape[0]
    return total / count

def evaluate(model, loader):
    flag = model.training
    right = count = 0
    try:
        model.eval()
        with torch.inference_mode():
            for x, y in loader:
                x, y = x.to(device=next(model.parameters()).device), y.to(next(model.parameters()).device)
                right = right + torch.sum(torch.argmax(model(x), 1) == y)
                count = count + y.shape[0]
    finally:
        model.train(flag)
    return float(right) / count

# %% [mutant] Global average over everything: pictures see each other
# cell: l3e04-cnn
# kills: l3e04-t1
class SmallCNN(SmallCNN):
    def forward(self, x):
        z = self.head(self.features(x).flatten(1))
        return z - z.mean(dim=0, keepdim=True)

# %% [mutant] Fixed to 8x8
# cell: l3e04-cnn
# kills: l3e04-t1
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(channels, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, classes))
    def forward(self, x):
        return self.net(x)

# %% [mutant] A layer that is made in every forward
# cell: l3e04-cnn
# kills: l3e04-t1
class SmallCNN(SmallCNN):
    def forward(self, x):
        h = self.features(x)
        return nn.Linear(512, self.head.out_features)(h.flatten(1))

# %% [mutant] Weights frozen
# cell: l3e04-cnn
# kills: l3e04-t1
_S3 = SmallCNN
class SmallCNN(_S3):
    def __init__(self, channels=1, classes=10):
        super().__init__(channels, classes)
        self.features[0].weight.requires_grad_(False)

# %% [mutant] An MLP on averaged pixels
# cell: l3e04-cnn
# kills: l3e04-t1
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.net = nn.Sequential(nn.AdaptiveAvgPool2d(8), nn.Flatten(), nn.Linear(64 * channels, 64), nn.ReLU(), nn.Linear(64, classes))
    def forward(self, x):
        return self.net(x)

# %% [alternate] A little residual net with group normalisation
# cell: l3e04-cnn
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.a = nn.Conv2d(channels, 24, 3, padding=1)
        self.b = nn.Conv2d(24, 24, 3, padding=1, bias=False)
        self.c = nn.Conv2d(24, 48, 3, stride=2, padding=1)
        self.n = nn.ModuleList([nn.GroupNorm(4, 24), nn.GroupNorm(6, 48)])
        self.d = nn.Linear(48 * 9, classes)

    def forward(self, x):
        x = F.gelu(self.a(x))
        x = x + F.gelu(self.n[0](self.b(x)))
        x = F.gelu(self.n[1](self.c(x)))
        return self.d(F.adaptive_max_pool2d(x, 3).flatten(1))

# %% [alternate] Depthwise and pointwise convolutions, one nn.Sequential, functional dropout
# cell: l3e04-cnn
class SmallCNN(nn.Sequential):
    def __init__(self, channels=1, classes=10):
        super().__init__(
            nn.Conv2d(channels, 32, 3, padding="same"), nn.BatchNorm2d(32), nn.Hardswish(),
            nn.Conv2d(32, 32, 3, padding="same", groups=32), nn.Conv2d(32, 64, 1), nn.BatchNorm2d(64), nn.ReLU(inplace=True),
            nn.AdaptiveMaxPool2d(4), nn.Flatten(), nn.Dropout(0.1), nn.Linear(1024, classes),
        )

# %% [mutant] Loss of the batch with the sum
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    model.train()
    total = n = 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = F.cross_entropy(model(x), y, reduction="sum")
        opt.zero_grad()
        loss.backward()
        opt.step()
        total, n = total + loss.item(), n + len(y)
    return total / n

# %% [mutant] Loss measured again after the step
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    model.train()
    total = n = 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        opt.zero_grad()
        F.cross_entropy(model(x), y).backward()
        opt.step()
        with torch.no_grad():
            total, n = total + F.cross_entropy(model(x), y).item() * len(y), n + len(y)
    return total / n

# %% [mutant] Gradients clipped on the quiet
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    model.train()
    total = n = 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = F.cross_entropy(model(x), y)
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        opt.step()
        total, n = total + loss.item() * len(y), n + len(y)
    return total / n

# %% [mutant] zero_grad between backward and step
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    model.train()
    total = n = 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.zero_grad()
        opt.step()
        total, n = total + loss.item() * len(y), n + len(y)
    return total / n

# %% [mutant] Labels are left where they are
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    model.train()
    total = n = 0
    for x, y in loader:
        x = x.to(device)
        loss = F.cross_entropy(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total, n = total + loss.item() * len(y), n + len(y)
    return total / n

# %% [mutant] Argmax over the batch
# cell: l3e04-loop
# kills: l3e04-t2
def evaluate(model, loader):
    before, device = model.training, next(model.parameters()).device
    model.eval()
    right = count = 0
    with torch.no_grad():
        for x, y in loader:
            z = model(x.to(device))
            right += (z.argmax(dim=0)[: len(y)] == y.to(device)[: z.shape[1]]).sum().item()
            count += len(y)
    model.train(before)
    return right / count

# %% [alternate] Tensors kept to the end, decorator, closure for the step
# cell: l3e04-loop
def train_epoch(model, loader, opt, device):
    model.to(device).train()
    losses, sizes = [], []
    for images, labels in loader:
        images, labels = images.to(device, non_blocking=True), labels.to(device, non_blocking=True)

        def closure():
            opt.zero_grad(set_to_none=False)
            loss = -model(images).log_softmax(1).gather(1, labels[:, None]).mean()
            loss.backward()
            return loss

        losses.append(opt.step(closure).detach())
        sizes.append(len(images))
    return float((torch.stack(losses) * torch.tensor(sizes)).sum() / sum(sizes))


@torch.inference_mode()
def evaluate(model, loader):
    flags = {m: m.training for m in model.modules()}
    model.eval()
    where = next(iter(model.parameters())).device
    hits = []
    for x, y in loader:
        hits += torch.eq(model(x.to(where)).max(1).indices, y.to(where)).tolist()
    for m, flag in flags.items():
        m.training = flag
    return float(np.mean(hits))

# %% [mutant] Losses added up with their graphs
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    model.train()
    total = n = 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = F.cross_entropy(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total, n = total + loss * len(y), n + len(y)
    return total / n

# %% [mutant] Colour is turned to grey
# cell: l3e04-cnn
# kills: l3e04-t1
_Right = SmallCNN
class SmallCNN(_Right):
    def __init__(self, channels=1, classes=10):
        super().__init__(1, classes)
    def forward(self, x):
        return super().forward(x[:, :1])

# %% [mutant] The model is put on the first device that it finds
# cell: l3e04-cnn
# kills: l3e04-t1
_Right = SmallCNN
class SmallCNN(_Right):
    def forward(self, x):
        return super().forward(x.to("cuda" if torch.cuda.is_available() else "cpu"))

# %% [mutant] The size of the first picture is remembered
# cell: l3e04-cnn
# kills: l3e04-t1
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.channels, self.size = channels, None
        self.net = nn.Sequential(nn.Conv2d(channels, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(128, classes))
    def forward(self, x):
        self.size = self.size or x.shape[2:]
        return self.net(x.view(-1, self.channels, *self.size))

# %% [mutant] Freezes the parameters and forgets it
# cell: l3e04-loop
# kills: l3e04-t2
_right = evaluate
def evaluate(model, loader):
    for p in model.parameters():
        p.requires_grad_(False)
    return _right(model, loader)

# %% [mutant] Throws away the gradients
# cell: l3e04-loop
# kills: l3e04-t2
_right = evaluate
def evaluate(model, loader):
    model.zero_grad()
    return _right(model, loader)

# %% [mutant] A tensor instead of a float
# cell: l3e04-loop
# kills: l3e04-t2
_right = evaluate
def evaluate(model, loader):
    return torch.tensor(_right(model, loader))

# %% [mutant] The device of the notebook, not of the model
# cell: l3e04-loop
# kills: l3e04-t2
def evaluate(model, loader):
    before, right, count = model.training, 0, 0
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            right += int((model(x.to(DEVICE)).argmax(1) == y.to(DEVICE)).sum())
            count += len(y)
    model.train(before)
    return right / count

# %% [mutant] The model is moved to the best device there is
# cell: l3e04-loop
# kills: l3e04-t2
_right = evaluate
def evaluate(model, loader):
    return _right(model.to("cuda" if torch.cuda.is_available() else "cpu"), loader)

# %% [mutant] Trained on the notebook's device, whatever was asked
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    device = DEVICE
    model.train()
    total, count = 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = F.cross_entropy(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(y)
        count += len(y)
    return total / count

# %% [mutant] Labels are smoothed
# cell: l3e04-loop
# kills: l3e04-t3
def train_epoch(model, loader, opt, device):
    model.train()
    total, count = 0.0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        loss = F.cross_entropy(model(x), y, label_smoothing=0.1)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(y)
        count += len(y)
    return total / count

# %% [alternate] Kernels as parameters, and F.conv2d
# cell: l3e04-cnn
class SmallCNN(nn.Module):
    def __init__(self, channels: int = 1, classes: int = 10) -> None:
        super().__init__()
        self.k1 = nn.Parameter(torch.randn(24, channels, 3, 3) * (2 / (9 * channels)) ** 0.5)
        self.k2 = nn.Parameter(torch.randn(32, 24, 3, 3) * (2 / (9 * 24)) ** 0.5)
        self.w = nn.Parameter(torch.randn(classes, 512) * 0.02)
        self.b = nn.Parameter(torch.zeros(classes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = F.max_pool2d(F.relu(F.conv2d(x, self.k1, padding=1)), kernel_size=2)
        h = F.adaptive_avg_pool2d(F.relu(F.conv2d(h, self.k2, padding="same")), (4, 4))
        return F.linear(h.flatten(start_dim=1), self.w, self.b)

# %% [alternate] All convolution: classes as maps, averaged
# cell: l3e04-cnn
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.add_module("a", nn.Conv2d(channels, 32, 3, padding=1))
        self.add_module("n", nn.BatchNorm2d(32))
        self.add_module("p", nn.PReLU(32))
        self.add_module("b", nn.Conv2d(32, 64, 3, stride=2, padding=1))
        self.add_module("m", nn.BatchNorm2d(64))
        self.add_module("c", nn.Conv2d(64, classes, 3))
        self.register_buffer("shift", torch.tensor(0.5))

    def forward(self, x):
        x = self.p(self.n(self.a(x - self.shift)))
        x = self.c(F.relu(self.m(self.b(x))))
        return x.mean(dim=(2, 3))

# %% [alternate] Every picture is brought to one size first
# cell: l3e04-cnn
class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.convolutions = nn.Sequential(nn.Conv2d(channels, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.GELU(), nn.AvgPool2d(2), nn.Conv2d(16, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.GELU(), nn.AvgPool2d(2))
        self.head = nn.LazyLinear(classes)

    def forward(self, x):
        x = F.interpolate(x, size=(16, 16), mode="bilinear", align_corners=False)
        return self.head(torch.flatten(self.convolutions(x), 1))

# %% [alternate] Patches by unfold: a convolution all the same
# cell: l3e04-cnn
class _Conv(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.mix = nn.Linear(9 * c_in, c_out)

    def forward(self, x):
        patches = F.unfold(x, 3, padding=1).transpose(1, 2)
        return self.mix(patches).transpose(1, 2).reshape(len(x), -1, *x.shape[2:])


class SmallCNN(nn.Module):
    def __init__(self, channels=1, classes=10):
        super().__init__()
        self.net = nn.Sequential(_Conv(channels, 24), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(2), _Conv(24, 32), nn.BatchNorm2d(32), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(512, classes))

    def forward(self, x):
        return self.net(x)

# %% [alternate] A closure for the optimiser, one sum of tensors, every flag put back
# cell: l3e04-loop
def train_epoch(model, loader, opt, device):
    was = model.training
    model.train(True)
    losses, sizes = [], []
    for batch in loader:
        x, y = (part.to(device=device, non_blocking=True) for part in batch)

        def closure():
            opt.zero_grad(set_to_none=False)
            loss = torch.nn.CrossEntropyLoss()(model(x), y)
            loss.backward()
            return loss

        losses.append(opt.step(closure).detach())
        sizes.append(y.numel())
    model.train(was)
    return (torch.stack(losses) @ torch.tensor(sizes, dtype=losses[0].dtype, device=losses[0].device)).item() / sum(sizes)


@torch.inference_mode()
def evaluate(model, loader):
    flags = {module: module.training for module in model.modules()}
    try:
        model.eval()
        device = next(iter(model.parameters())).device
        hits = torch.cat([model(x.to(device)).max(dim=1).indices.eq(y.to(device)) for x, y in loader])
    finally:
        for module, flag in flags.items():
            module.training = flag
    return hits.double().mean().item()

# %% [alternate] Gradients by torch.autograd.grad, NumPy counts
# cell: l3e04-loop
def train_epoch(model, loader, opt, device):
    model.train()
    total, count = torch.zeros((), device=device), 0
    learned = [p for group in opt.param_groups for p in group["params"]]
    for x, y in loader:
        logits = model(x.to(device))
        loss = F.nll_loss(F.log_softmax(logits, dim=-1), y.to(device))
        for p, g in zip(learned, torch.autograd.grad(loss, learned)):
            p.grad = g
        opt.step()
        total = total + loss.detach() * x.size(0)
        count += x.size(0)
    return float(total / count)


def evaluate(model, loader):
    before = model.training
    model.eval()
    device = next(model.parameters()).device
    hits = []
    with torch.set_grad_enabled(False):
        for x, y in loader:
            hits.extend((model(x.to(device)).cpu().numpy().argmax(axis=1) == y.cpu().numpy()).tolist())
    if before:
        model.train()
    return np.mean(hits)
