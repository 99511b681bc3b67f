"""Models that a person brings are run as they are, or refused in a sentence; the tests make tiny ones."""

import json

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from workbench.cli import main
from workbench.control import Control
from workbench.encoding import encoder_for
from workbench.errors import WorkbenchError

VOCABULARY = {"[UNK]": 0, "knight": 1, "dragon": 2, "city": 3}
VECTORS = np.array([[9, 9], [3, 0], [1, 2], [0, -1]], np.float32)


@pytest.fixture
def text_model(tmp_path):
    tokenizers = pytest.importorskip("tokenizers", reason="the extra 'onnx' is not installed")
    folder = tmp_path / "model"
    folder.mkdir()
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(VOCABULARY, unk_token="[UNK]"))  # noqa: S106 - no password
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.normalizer = tokenizers.normalizers.Lowercase()
    made.save(str(folder / "tokenizer.json"))
    save_file({"embeddings": VECTORS.astype(np.float16)}, folder / "model.safetensors")
    (tmp_path / "items.csv").write_text("item_id,plot\n7,Dragon and Knight\n8,unheard words\n9,the city\n")
    return folder


def encode_texts(folder):
    return encoder_for("texts", folder, {"column": "plot"}).encode(folder.parent / "items.csv", Control())


def test_a_text_is_the_mean_of_its_tokens(text_model):
    encoded = encode_texts(text_model)
    assert list(encoded.ids) == ["7", "9"]
    assert encoded.refused.examples == [{"name": "8", "reason": "has no token that the model knows"}]
    assert encoded.vectors == pytest.approx(np.array([[2 / 5**0.5, 1 / 5**0.5], [0, -1]]), abs=1e-3)
    (text_model / "config.json").write_text(json.dumps({"normalize": False}))
    tensors = {
        "embeddings": VECTORS[1:],
        "mapping": np.array([0, 0, 1, 2]),
        "weights": np.array([1, 2, 1, 1], np.float32),
    }
    save_file(tensors, text_model / "model.safetensors")
    assert encode_texts(text_model).vectors == pytest.approx(np.array([[3.5, 1], [0, -1]]))


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("tokenizer.json", None, "has no file tokenizer.json"),
        ("tokenizer.json", b"{}", "is no tokenizer"),
        ("model.safetensors", b"\xff" * 40, "is damaged"),
        ("model.safetensors", {"other": VECTORS}, "no table 'embeddings'"),
        ("model.safetensors", {"embeddings": VECTORS[:2]}, "is for 2 tokens, tokenizer.json has 4"),
        ("model.safetensors", {"embeddings": VECTORS, "mapping": np.array([0, 1, 2, 9])}, "rows that are not there"),
        ("config.json", b"{", "is damaged"),
    ],
)
def test_a_text_model_that_cannot_be_used(text_model, file, content, sentence):
    if content is None:
        (text_model / file).unlink()
    elif isinstance(content, bytes):
        (text_model / file).write_bytes(content)
    else:
        save_file(content, text_model / file)
    with pytest.raises(WorkbenchError, match=sentence):
        encode_texts(text_model)


def network(path, shape, nodes, weights=(), given=1):
    """Write a network of some nodes, from ``pictures`` to ``out``."""
    onnx = pytest.importorskip("onnx", reason="onnx, with which a test makes networks, is not installed")
    pytest.importorskip("onnxruntime", reason="the extra 'onnx' is not installed")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    inputs = [helper.make_tensor_value_info(name, kind, shape) for name in ("pictures", "more")[:given]]
    outputs = [helper.make_tensor_value_info("out", kind, None)]
    graph = helper.make_graph([helper.make_node(*node[:3], **node[3]) for node in nodes], "net", inputs, outputs, [
        onnx.numpy_helper.from_array(value, name) for name, value in weights
    ])  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path


MEAN = ("ReduceMean", ["pictures"], ["out"], {"axes": [2, 3], "keepdims": 0})
SAME = ("Identity", ["pictures"], ["out"], {})


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in (("7", (255, 0, 51)), ("8", "white"), ("9", "black")):
        Image.new("RGB", (20, 10), colour).save(folder / f"{name}.png")
    return folder


@pytest.mark.parametrize(("shape", "node"), [(["n", 3, 8, 4], MEAN), ([2, 3, "h", "w"], SAME), (["n", 4, 8, 3], SAME)])
def test_a_network_sees_red_green_and_blue(pictures, shape, node):
    model = network(pictures.parent / "m.onnx", shape, [node])
    encoded = encoder_for("pictures", model, {"scale": "zero-to-one"}).encode(pictures, Control())
    assert list(encoded.ids) == ["7", "8", "9"]
    assert encoded.vectors == pytest.approx(np.array([[1, 0, 0.2], [1, 1, 1], [0, 0, 0]]), abs=1e-5)


@pytest.mark.parametrize(
    ("shape", "node", "given", "sentence"),
    [
        (["n", 3, 8], ("Identity", ["pictures"], ["out"], {}), 1, "not one batch of pictures"),
        (["n", 1, 8, 8], SAME, 1, "it takes pictures of the shape"),
        (["n", 3, 8, 8], ("Add", ["pictures", "more"], ["out"], {}), 2, "not one batch of pictures"),
        (["n", 3, 8, 8], ("ReduceMean", ["pictures"], ["out"], {"keepdims": 0}), 1, "its answer has the shape"),
        (["n", 3, 8, 8], ("Sqrt", ["pictures"], ["out"], {}), 1, ""),
    ],
)
def test_a_network_that_cannot_be_used(pictures, shape, node, given, sentence):
    model = network(pictures.parent / "m.onnx", shape, [node], given=given)
    encoder = encoder_for("pictures", model, {})
    if sentence:
        with pytest.raises(WorkbenchError, match=sentence):
            encoder.encode(pictures, Control())
    else:  # roots of what is below 0
        encoded = encoder.encode(pictures, Control())
        assert list(encoded.ids) == ["8"]
        assert "no numbers" in encoded.refused.examples[0]["reason"]


def test_what_is_no_network(pictures, capsys):
    pytest.importorskip("onnxruntime", reason="the extra 'onnx' is not installed")
    (pictures.parent / "m.onnx").write_bytes(b"no network")
    for model, sentence in (("m.onnx", "onnxruntime says"), ("none.onnx", "is not there")):
        words = ["--encoder", str(pictures.parent / model), "--output", str(pictures.parent / "v.npy")]
        assert main(["encode", "--pictures", str(pictures), *words]) == 1
        assert sentence in capsys.readouterr().err


def test_a_library_that_is_not_installed(pictures, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(WorkbenchError, match=r"pip install 'recommender-workbench\[onnx\]'"):
        encoder_for("pictures", pictures.parent / "m.onnx", {}).encode(pictures, Control())
