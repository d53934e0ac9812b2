# %% [mutant] The noisy picture is the target
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    noisy = (x + sigma * torch.randn(x.shape, generator=generator)).clamp(0, 1)
    return F.mse_loss(model(noisy), noisy)

# %% [mutant] The model sees the clean picture
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    noisy = (x + sigma * torch.randn(x.shape, generator=generator)).clamp(0, 1)
    return F.mse_loss(model(x), noisy)

# %% [mutant] Nothing is clipped
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    return F.mse_loss(model(x + sigma * torch.randn(x.shape, generator=generator)), x)

# %% [mutant] Uniform noise
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    noise = (2 * torch.rand(x.shape, generator=generator) - 1) * 3**0.5
    return F.mse_loss(model((x + sigma * noise).clamp(0, 1)), x)

# %% [mutant] Noise that only brightens
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    noise = torch.randn(x.shape, generator=generator).abs()
    return F.mse_loss(model((x + sigma * noise).clamp(0, 1)), x)

# %% [mutant] One noise picture for the whole batch
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    noise = torch.randn(x.shape[1:], generator=generator)
    return F.mse_loss(model((x + sigma * noise).clamp(0, 1)), x)

# %% [mutant] Sigma is taken for a variance
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    noise = torch.randn(x.shape, generator=generator)
    return F.mse_loss(model((x + sigma**0.5 * noise).clamp(0, 1)), x)

# %% [mutant] The global generator makes the noise
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    return F.mse_loss(model((x + sigma * torch.randn_like(x)).clamp(0, 1)), x)

# %% [mutant] Squared errors are summed
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    noisy = (x + sigma * torch.randn(x.shape, generator=generator)).clamp(0, 1)
    return F.mse_loss(model(noisy), x, reduction="sum") / len(x)

# %% [mutant] Absolute errors
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    noisy = (x + sigma * torch.randn(x.shape, generator=generator)).clamp(0, 1)
    return F.l1_loss(model(noisy), x)

# %% [mutant] The loss cannot go backward
# cell: l3e06-loss
# kills: l3e06-t1
_living = dae_loss
def dae_loss(model, x, sigma, generator):
    return _living(model, x, sigma, generator).detach().requires_grad_()

# %% [mutant] The pictures are spoilt in place
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    clean = x.clone()
    x += sigma * torch.randn(x.shape, generator=generator)
    return F.mse_loss(model(x.clamp_(0, 1)), clean)

# %% [mutant] Encode gives maps, not numbers
# cell: l3e06-model
# kills: l3e06-t2
_Flat = ConvAE
class ConvAE(_Flat):
    def encode(self, x):
        return super().encode(x)[:, :, None, None]
    def decode(self, z):
        return super().decode(z.flatten(1))

# %% [mutant] Twice as many numbers as asked for
# cell: l3e06-model
# kills: l3e06-t2
_Narrow = ConvAE
class ConvAE(_Narrow):
    def __init__(self, channels=1, size=8, code=16):
        super().__init__(channels, size, 2 * code)

# %% [mutant] A back door round the code
# cell: l3e06-model
# kills: l3e06-t2
_Honest = ConvAE
class ConvAE(_Honest):
    def encode(self, x):
        self.kept = x
        return super().encode(x)
    def decode(self, z):
        return super().decode(z) * 0.5 + 0.5 * self.kept[: len(z)]

# %% [mutant] No convolution in the encoder
# cell: l3e06-model
# kills: l3e06-t2
_Convolving = ConvAE
class ConvAE(_Convolving):
    def __init__(self, channels=1, size=8, code=16):
        super().__init__(channels, size, code)
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(channels * size**2, 64), nn.ReLU(), nn.Linear(64, code))

# %% [mutant] Decoder layers in a plain list
# cell: l3e06-model
# kills: l3e06-t2
_Known = ConvAE
class ConvAE(_Known):
    def __init__(self, channels=1, size=8, code=16):
        super().__init__(channels, size, code)
        self.layers = list(self.decoder)
        del self.decoder
    def decode(self, z):
        for layer in self.layers:
            z = layer(z)
        return z

# %% [mutant] The size is fixed
# cell: l3e06-model
# kills: l3e06-t2
_AnySize = ConvAE
class ConvAE(_AnySize):
    def __init__(self, channels=1, size=8, code=16):
        super().__init__(channels, 8, code)

# %% [mutant] Grey pictures whatever channels says
# cell: l3e06-model
# kills: l3e06-t2
_Coloured = ConvAE
class ConvAE(_Coloured):
    def decode(self, z):
        return super().decode(z).mean(dim=1, keepdim=True)

# %% [mutant] The code is squashed to one number
# cell: l3e06-model
# kills: l3e06-t2
_Free = ConvAE
class ConvAE(_Free):
    def encode(self, x):
        z = super().encode(x)
        return z.mean(dim=1, keepdim=True).expand_as(z)

# %% [mutant] Two sigmoids: pixels never get dark
# cell: l3e06-model
# kills: l3e06-t2
_Once = ConvAE
class ConvAE(_Once):
    def decode(self, z):
        return super().decode(z).sigmoid()

# %% [alternate] Noise in place on a copy, a mean by hand
# cell: l3e06-loss
def dae_loss(model, x, sigma, generator):
    spoilt = torch.empty_like(x, device=generator.device).normal_(0.0, 1.0, generator=generator).mul_(sigma).add_(x)
    answer = model(torch.clip(spoilt, 0.0, 1.0))
    return ((answer - x) ** 2).flatten(1).mean(dim=1).mean()

# %% [alternate] torch.normal around the picture
# cell: l3e06-loss
def dae_loss(model, x, sigma, generator):
    noisy = torch.normal(torch.zeros_like(x), 1.0, generator=generator) * sigma + x
    noisy = torch.minimum(torch.maximum(noisy, torch.zeros_like(x)), torch.ones_like(x))
    return nn.MSELoss()(model(noisy), x)

# %% [alternate] Upsampling instead of transposed convolution, batch normalisation
# cell: l3e06-model
class ConvAE(nn.Module):
    def __init__(self, channels=1, size=8, code=16):
        super().__init__()
        q = size // 4
        self.down = nn.Sequential(
            nn.Conv2d(channels, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        )
        self.squeeze, self.widen, self.q = nn.Linear(32 * q * q, code), nn.Linear(code, 32 * q * q), q
        self.up = nn.Sequential(
            nn.Upsample(scale_factor=2), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(),
            nn.Upsample(scale_factor=2), nn.Conv2d(32, channels, 3, padding=1), nn.Sigmoid(),
        )
    def encode(self, x):
        return self.squeeze(self.down(x).flatten(1))
    def decode(self, z):
        return self.up(torch.relu(self.widen(z)).reshape(len(z), 32, self.q, self.q))
    def forward(self, x):
        z = self.encode(x)
        return self.decode(z)

# %% [alternate] A decoder of linear layers, no sigmoid at the end
# cell: l3e06-model
class ConvAE(nn.Module):
    def __init__(self, channels=1, size=8, code=16):
        super().__init__()
        self.shape = (channels, size, size)
        self.convolution = nn.Conv2d(channels, 16, 3, padding=1)
        self.to_code = nn.Linear(16 * size**2, code)
        self.from_code = nn.ModuleList([nn.Linear(code, 128), nn.Linear(128, channels * size**2)])
    def encode(self, x):
        return self.to_code(F.relu(self.convolution(x)).flatten(1))
    def decode(self, z):
        first, second = self.from_code
        return second(F.relu(first(z))).unflatten(1, self.shape)
    def forward(self, x):
        return self.decode(self.encode(x))

# %% [mutant] Noise with variance sigma
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    noise = torch.randn(x.shape, generator=generator)
    return F.mse_loss(model((x + sigma**0.5 * noise).clamp(0, 1)), x)

# %% [mutant] Answer clipped as well
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    noise = torch.randn(x.shape, generator=generator)
    return F.mse_loss(model((x + sigma * noise).clamp(0, 1)).clamp(0, 1), x)

# %% [mutant] Noise added in place
# cell: l3e06-loss
# kills: l3e06-t1
def dae_loss(model, x, sigma, generator):
    clean = x.clone()
    x.add_(sigma * torch.randn(x.shape, generator=generator)).clamp_(0, 1)
    return F.mse_loss(model(x), clean)

# %% [mutant] The model runs without gradients
# cell: l3e06-loss
# kills: l3e06-t1
_dl = dae_loss
def dae_loss(model, x, sigma, generator):
    with torch.no_grad():
        loss = _dl(model, x, sigma, generator)
    return loss.requires_grad_()

# %% [alternate] normal_ in place on a new tensor, minimum and maximum, einsum
# cell: l3e06-loss
def dae_loss(model, x, sigma, generator):
    noisy = x + torch.normal(torch.zeros_like(x), sigma, generator=generator)
    noisy = torch.minimum(torch.maximum(noisy, torch.zeros(())), torch.ones(()))
    d = (model(noisy) - x).reshape(-1)
    return torch.einsum("i,i->", d, d) / d.numel()

# %% [mutant] Skip connection past the door
# cell: l3e06-model
# kills: l3e06-t2
class ConvAE(ConvAE):
    def encode(self, x):
        self.seen = x
        return self.encoder(x)
    def decode(self, z):
        return 0.5 * self.decoder(z) + 0.5 * self.seen

# %% [mutant] The code is as wide as the last maps
# cell: l3e06-model
# kills: l3e06-t2
class ConvAE(ConvAE):
    def encode(self, x):
        return self.encoder[:5](x)
    def decode(self, z):
        return self.decoder[2:](z.reshape(len(z), -1))

# %% [mutant] Batch statistics leak: dropout left on
# cell: l3e06-model
# kills: l3e06-t2
class ConvAE(ConvAE):
    def encode(self, x):
        return F.dropout(self.encoder(x), 0.5)

# %% [mutant] ReLU at the door kills half of the code and at the exit all negatives, untrained sizes fixed to 8
# cell: l3e06-model
# kills: l3e06-t2
_AE = ConvAE
class ConvAE(_AE):
    def __init__(self, channels=1, size=8, code=16):
        super().__init__(channels, 8, code)

# %% [alternate] Upsampling decoder, linear output, batch normalisation
# cell: l3e06-model
class ConvAE(nn.Module):
    def __init__(self, channels=1, size=8, code=16):
        super().__init__()
        self.q = size // 4
        self.c1, self.c2 = nn.Conv2d(channels, 24, 3, padding=1), nn.Conv2d(24, 24, 3, padding=1)
        self.bn = nn.BatchNorm2d(24)
        self.narrow, self.back = nn.Linear(24 * self.q**2, code), nn.Linear(code, 48 * self.q**2)
        self.d1, self.d2 = nn.Conv2d(48, 24, 3, padding=1), nn.Conv2d(24, channels, 3, padding=1)

    def encode(self, x):
        x = F.max_pool2d(F.relu(self.bn(self.c1(x))), 2)
        return self.narrow(F.max_pool2d(F.relu(self.c2(x)), 2).flatten(1))

    def decode(self, z):
        h = F.relu(self.back(z)).view(-1, 48, self.q, self.q)
        h = F.relu(self.d1(F.interpolate(h, scale_factor=2)))
        return self.d2(F.interpolate(h, scale_factor=2, mode="bilinear"))

    def forward(self, x):
        return self.decode(self.encode(x))

# %% [mutant] The model is switched to evaluation
# cell: l3e06-loss
# kills: l3e06-t1
_right = dae_loss
def dae_loss(model, x, sigma, generator):
    model.eval()
    return _right(model, x, sigma, generator)

# %% [mutant] One picture comes without its axis
# cell: l3e06-model
# kills: l3e06-t2
_Right = ConvAE
class ConvAE(_Right):
    def encode(self, x):
        return super().encode(x).squeeze()
    def decode(self, z):
        return super().decode(z if z.dim() == 2 else z[None])

# %% [mutant] Grey only
# cell: l3e06-model
# kills: l3e06-t2
_Right = ConvAE
class ConvAE(_Right):
    def __init__(self, channels=1, size=8, code=16):
        super().__init__(1, size, code)
        self.channels = channels
    def encode(self, x):
        return super().encode(x.mean(dim=1, keepdim=True))
    def decode(self, z):
        return super().decode(z).repeat(1, self.channels, 1, 1)

# %% [alternate] Noise picture by picture, in double precision
# cell: l3e06-loss
def dae_loss(model, x, sigma, generator):
    noisy = torch.stack([torch.normal(0.0, 1.0, one.shape, generator=generator, device=generator.device, dtype=torch.float64) for one in x])
    noisy = torch.clip(x + sigma * noisy.to(x), 0.0, 1.0)
    return torch.stack([nn.MSELoss()(answer, clean) for answer, clean in zip(model(noisy), x)]).mean()

# %% [alternate] Convolutions down to one place; a linear decoder
# cell: l3e06-model
class ConvAE(nn.Module):
    def __init__(self, channels=1, size=8, code=16):
        super().__init__()
        self.encode_net = nn.Sequential(
            nn.Conv2d(channels, 32, 4, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(32, 64, 4, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(64, code, size // 4),
            nn.Flatten(),
        )
        self.decode_net = nn.Sequential(nn.Linear(code, 128), nn.ReLU(), nn.Linear(128, channels * size**2), nn.Unflatten(-1, (channels, size, size)))
        self.encode, self.decode = self.encode_net.forward, self.decode_net.forward

    def forward(self, x):
        return self.decode(self.encode(x))

# %% [alternate] Pixel shuffle, batch norm, kernels by F.conv2d
# cell: l3e06-model
class ConvAE(nn.Module):
    def __init__(self, channels=1, size=8, code=16):
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(24, channels, 3, 3) / (9 * channels) ** 0.5)
        self.norm = nn.BatchNorm2d(24)
        self.squeeze = nn.LazyLinear(code)
        self.grow = nn.Linear(code, 48 * (size // 4) ** 2)
        self.mix = nn.Conv2d(48, 16 * channels, 1)
        self.register_buffer("grey", torch.tensor(0.5))
        self.s = size // 4
        self.shuffle = nn.PixelShuffle(4)

    def encode(self, x):
        return self.squeeze(torch.relu(self.norm(F.conv2d(x - self.grey, self.kernel, stride=2, padding=1))).flatten(1))

    def decode(self, z):
        h = torch.tanh(self.grow(z)).unflatten(1, (48, self.s, self.s))
        return self.shuffle(self.mix(h)) + self.grey

    def forward(self, x):
        return self.decode(self.encode(x))
