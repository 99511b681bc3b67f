"""Ids with an apostrophe before a sign, as a file for a spreadsheet has them."""

from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.doubts.base.doubt import Doubt, DoubtKind, Evidence
from workbench.data.reading.text.cells import MARKED


class MarkedIds(DoubtKind):
    """``'=1+1`` here is ``=1+1`` elsewhere: a spreadsheet would execute it, so an apostrophe was put before it."""

    name, order = "marked-ids", 57
    any_size: ClassVar[bool] = True

    @classmethod
    def look(cls, seen: Evidence) -> Doubt | None:
        if seen.ids != "as is" or seen.is_wide:
            return None
        found = pa.concat_arrays([_marked(ids) for ids in (seen.data.user_ids, seen.data.item_ids)])
        if not len(found):
            return None
        first = found[0].as_py()
        sentence = (
            f"Ids such as {first[:40]} begin with an apostrophe, which a file for a spreadsheet gets before {first[1]}; "
            f"a file that has them as {first[1:41]} would not match."
        )
        return Doubt(cls.name, "columns", sentence, "--read ids=bare", len(found), change={"read": {"ids": "bare"}})


def _marked(ids: pa.Array) -> pa.Array:
    return ids.filter(pc.match_substring_regex(ids, MARKED)).cast(pa.string())
