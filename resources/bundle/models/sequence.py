"""The history in its order, read by the network in model.onnx."""

import numpy as np
import onnxruntime


def scores(model, history, user, counts):
    facts = model.facts
    if not hasattr(model, "session"):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        model.session = onnxruntime.InferenceSession(str(model.folder / "model.onnx"), options)
    shown = [*history, facts["token"]] if facts["behind"] else [facts["token"], *history]
    shown = np.array(shown[-facts["longest"] :], np.int64)
    width = max(len(shown), 2)
    items = np.full((1, width), facts["padding"], np.int64)
    items[0, : len(shown)] = shown
    return model.session.run(None, {"items": items, "lengths": np.array([len(shown)])})[0][0]
