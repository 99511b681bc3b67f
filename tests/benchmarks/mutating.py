"""Small changes of a program, each of which its tests ought to notice."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

FLIPS = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
SWAPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}


@dataclass(frozen=True)
class Mutant:
    """One line written otherwise."""

    line: int
    before: str
    after: str
    source: str
    """The whole file as it is then."""


def mutants(source: str) -> list[Mutant]:
    """Every mutant of a file that lies on one line inside a function and is still a program."""
    lines = source.splitlines(keepends=True)
    made = []
    for node, text in _changes(ast.parse(source)):
        if node.lineno != node.end_lineno:
            continue
        line = lines[node.lineno - 1].encode()  # columns are counted in bytes
        changed = (line[: node.col_offset] + text.encode() + line[node.end_col_offset :]).decode()
        whole = "".join([*lines[: node.lineno - 1], changed, *lines[node.lineno :]])
        if changed.encode() != line and _compiles(whole):
            made.append(Mutant(node.lineno, line.decode().strip(), changed.strip(), whole))
    return list(dict.fromkeys(made))


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _changes(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for statement in function.body:
                for node in _spoken(statement):
                    yield from ((node, text) for text in _rewritten(node))
                    if isinstance(node, ast.If | ast.IfExp | ast.While) and not isinstance(node.test, ast.Compare):
                        yield node.test, f"(not ({ast.unparse(node.test)}))"


def _spoken(node: ast.AST) -> Iterator[ast.AST]:
    """The node and what it consists of, but not what only people read: annotations, texts, functions inside."""
    if isinstance(node, ast.JoinedStr | ast.FunctionDef | ast.ClassDef | ast.Raise):
        return
    yield node
    for name, value in ast.iter_fields(node):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST) and name != "annotation":
                yield from _spoken(one)


def _rewritten(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Compare(ops=[op]):
            yield from (
                f"({ast.unparse(ast.Compare(node.left, [flip()], node.comparators))})" for flip in FLIPS[type(op)]
            )
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield f"({ast.unparse(ast.BoolOp(other, node.values))})"
        case ast.UnaryOp(op=ast.Not()):
            yield f"({ast.unparse(node.operand)})"
        case ast.BinOp() if type(node.op) in SWAPS:
            yield f"({ast.unparse(ast.BinOp(node.left, SWAPS[type(node.op)](), node.right))})"
        case ast.Constant(value=bool()):
            yield str(not node.value)
        case ast.Constant(value=int() | float()):
            yield from (repr(node.value + step) for step in (1, -1))
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant) or value.value is not None:
            yield "return None"
        case ast.AugAssign() if type(node.op) in SWAPS:
            yield ast.unparse(ast.AugAssign(node.target, SWAPS[type(node.op)](), node.value))
