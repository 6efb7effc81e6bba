"""Slopes against finite differences in double precision, and where there is none."""
import math

import pytest
import torch

from training.losses import LOSSES, ArcFace, Center, CosFace, Loss, Margins, cosines

CASES = [Margins(0.9, 0.2), Margins(0.3, -0.2), CosFace(), CosFace(30, 0.1), ArcFace(), ArcFace(10, 0.8), Center(), Center(10, 0.01)]


def draw(seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(6, 5, generator=generator, dtype=torch.float64, requires_grad=True)
    centroids = torch.randn(4, 5, generator=generator, dtype=torch.float64, requires_grad=True)
    return embeddings, centroids, torch.randint(4, (6,), generator=generator)


@pytest.mark.parametrize("loss", CASES, ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_slopes_are_those_of_finite_differences(loss: Loss, seed: int) -> None:
    embeddings, centroids, own = draw(seed)
    loss(cosines(embeddings, centroids), own).backward()
    step = 1e-6
    for values in [embeddings, centroids]:
        flat, slopes = values.detach().view(-1), values.grad.view(-1)
        for at in range(len(flat)):
            kept, sides = flat[at].item(), []
            for moved in [kept + step, kept - step]:
                flat[at] = moved
                sides.append(loss(cosines(embeddings.detach(), centroids.detach()), own).item())
            flat[at] = kept
            assert abs((sides[0] - sides[1]) / (2 * step) - slopes[at].item()) <= 1e-4


def test_margins_are_silent_where_they_are_satisfied() -> None:
    table = torch.tensor([[0.95, 0.1, -0.5], [0.2, 0.91, 0.39]], requires_grad=True)
    loss = Margins(0.9, 0.4)(table, torch.tensor([0, 1]))
    loss.backward()
    assert loss.item() == 0 and table.grad.abs().max() == 0
    # One too far from its own, one too near to another's: 0.1² and 0.2² over two faces.
    table = torch.tensor([[0.8, 0.1, -0.5], [0.2, 0.91, 0.6]])
    assert math.isclose(Margins(0.9, 0.4)(table, torch.tensor([0, 1])).item(), (0.01 + 0.04) / 2, rel_tol=1e-5)


def test_margins_take_off_what_they_say() -> None:
    table, own = torch.tensor([[0.7, 0.3]], dtype=torch.float64), torch.tensor([0])
    expected = -math.log(math.exp(2 * 0.5) / (math.exp(2 * 0.5) + math.exp(2 * 0.3)))
    assert math.isclose(CosFace(2, 0.2)(table, own).item(), expected, rel_tol=1e-9)
    turned = math.cos(math.acos(0.7) + 0.2)
    expected = -math.log(math.exp(2 * turned) / (math.exp(2 * turned) + math.exp(2 * 0.3)))
    assert math.isclose(ArcFace(2, 0.2)(table, own).item(), expected, rel_tol=1e-9)
    plain = CosFace(2, 0)(table, own).item()
    assert math.isclose(Center(2, 0.5)(table, own).item(), plain + 0.5 * 0.3, rel_tol=1e-9)


@pytest.mark.parametrize("name", LOSSES)
def test_a_face_on_its_centroid_and_opposite_has_a_finite_slope(name: str) -> None:
    table = torch.tensor([[1.0, -1.0], [1.0, -1.0]], requires_grad=True)
    LOSSES[name]()(table, torch.tensor([0, 1])).backward()
    assert table.grad.isfinite().all()
