"""All folds of a split, or several seeds: trained and tested in turn, and summed up."""

from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import algorithm_of
from workbench.app.session.joint_runs import JointRuns
from workbench.app.widgets.translate import translate
from workbench.metrics import metric_title

METRICS = ("ndcg@10", "rmse")  # the first that all of them have is said


class Repeats(JointRuns):
    """What they come to is calculated in `workbench.evaluation.aggregating`, as everywhere."""

    view = "repeats"

    def words(self) -> str:
        """How far they are, or their mean with its standard error; "" where nothing is asked."""
        runs = self.runs
        if not runs:
            return ""
        if self.busy:
            return self.how_far(self.tr("Training all folds") if _folded(runs) else self.tr("Training several seeds"))
        return "\n".join(self._sums()) or self.tr("Fewer than two have a model: there is nothing to sum up.")

    def _sums(self) -> list[str]:
        from workbench.evaluation.aggregating import repeats

        tested = {info.id: info for info in self.tested}
        specs = {info.id: info.spec for info in tested.values()}
        metric = next((name for name in METRICS if all(name in info.metrics for info in tested.values())), "")
        values = {info.id: float(info.metrics[metric]["mean"]) for info in tested.values() if metric}
        words = self.tr("{algorithm} over {n} {what}: {metric} {mean:.3f} ± {error:.4f} (mean and standard error)")
        return [
            words.format(
                algorithm=_algorithm(tested[one.runs[0]]),
                n=one.number,
                what=self.tr("folds") if one.what == "folds" else self.tr("seeds"),
                metric=metric_title(metric),
                mean=one.mean,
                error=one.error,
            )
            for one in repeats(specs, values)
        ]


def _folded(runs: list[RunInfo]) -> bool:
    return len({(info.spec.get("split_settings") or {}).get("fold") for info in runs}) > 1


def _algorithm(info: RunInfo) -> str:
    kind = algorithm_of(info)
    return kind.title if kind is not None else translate("Repeats", "This algorithm")
