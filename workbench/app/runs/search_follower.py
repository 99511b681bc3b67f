"""A search at work, followed as a run is: by what its process writes into its folder."""

from workbench.app.runs.run_follower import Follower
from workbench.app.runs.run_followers import Followers
from workbench.training.trials import FILE


class SearchFollower(Follower):
    """Follows one search folder until the search is over."""

    records = FILE

    def lost_words(self) -> str:
        return self.tr(
            "The process of the search ended unexpectedly: {how}. Press Continue: nothing of what it has found is lost."
        )


class SearchFollowers(Followers):
    """The followers of all searches at work."""

    kind = SearchFollower
