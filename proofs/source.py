# SPDX-License-Identifier: MIT
"""Reads C with ACSL as far as the checks of this directory need it: which functions a file declares and defines, with
which contract, and what kind of thing an expression names. Not a C parser: it relies on the layout that clang-format
enforces, and says so when it cannot tell.
"""
import bisect
import collections
import functools
import re

# name: the function; head: what stands before its body or its semicolon; body: None for a declaration; start, end: of
# the body in the file's code; contract: the ACSL comment before the head, or ""; ghost: declared inside ACSL.
Function = collections.namedtuple("Function", "file line name head body start contract ghost")
Annotation = collections.namedtuple("Annotation", "start line text")
# What is wrong, and where; rule: which check says so.
Problem = collections.namedtuple("Problem", "rule file line text")
Clause = collections.namedtuple("Clause", "kind names text")

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
CPLUSPLUS = re.compile(r"^#ifdef __cplusplus\n.*?^#endif", re.DOTALL | re.MULTILINE)
DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)
ATTRIBUTE = re.compile(r"__attribute__\s*\(\(.*?\)\)", re.DOTALL)
NAME = re.compile(r"[^()=]*[\w*]\s*\b(\w+)\s*\(")
# What an ACSL comment at file level may be, besides a contract.
GLOBAL = re.compile(r"(?:ghost|predicate|logic|lemma|axiom\w*|inductive|type|global|model|volatile|import|module)\b")
CLAUSE = re.compile(r"\b(requires|decreases|terminates|exits|assigns|allocates|frees|ensures|behavior|assumes|complete|"
                    r"disjoint)\b\s*((?:\w+\s*:(?!:)\s*)*)")
WORD = re.compile(r"\w+")


def blank(text):
    return re.sub(r"[^\n]", " ", text)


class Source:
    """One file. code: its text, with comments, literals and directives blanked, every offset as in the file."""

    def __init__(self, name, text):
        self.name = name
        self.text = text
        self.lines = [0] + [m.end() for m in re.finditer("\n", text)]
        self.comments = []
        self.annotations = []
        code = TOKEN.sub(self._token, text)
        code = CPLUSPLUS.sub(lambda m: blank(m.group()), code)
        self.directives = [(m.start(), m.end()) for m in DIRECTIVE.finditer(code)]
        self.code = DIRECTIVE.sub(lambda m: blank(m.group()), code)
        self.unreadable = None
        self.functions = self._functions()

    def _token(self, match):
        text, start = match.group(), match.start()
        if text.startswith(("/*@", "//@")):
            self.annotations.append(Annotation(start, self.line(start), text))
        elif text.startswith("/"):
            self.comments.append(Annotation(start, self.line(start), text))
        else:
            return text[0] + blank(text[1:-1]) + text[-1]
        return blank(text)

    def line(self, offset):
        return bisect.bisect_right(self.lines, offset)

    def _functions(self):
        found, depth, start, opened = [], 0, 0, None
        for match in re.finditer("[{};]", self.code):
            mark, at = match.group(), match.start()
            if mark == "{":
                if depth == 0:
                    opened = at
                depth += 1
            elif mark == "}":
                depth -= 1
                if depth == 0 and self.code[start:opened].rstrip().endswith(")"):
                    found += self._function(start, opened, self.code[opened:at + 1])
                    start = at + 1
            elif depth == 0:
                if "{" not in self.code[start:at]:
                    found += self._function(start, at, None)
                start = at + 1
            if depth < 0:
                break
        if depth != 0:
            self.unreadable = "braces do not balance: its functions cannot be told"
        return found + [f for a in self.annotations if at_file_level(self, a.start) for f in self._ghost(a)]

    def _function(self, start, end, body):
        head = ATTRIBUTE.sub(lambda m: blank(m.group()), self.code[start:end])
        match = NAME.match(head.lstrip())
        if match is None or head.lstrip().startswith("typedef"):
            return []
        contract = ""
        for annotation in self.annotations:
            if start <= annotation.start < end and not GLOBAL.match(inner(annotation.text)):
                contract = annotation.text
        at = start + len(head) - len(head.lstrip()) + match.start(1)
        return [Function(self.name, self.line(at), match.group(1), head.strip(), body, end, contract, False)]

    def _ghost(self, annotation):
        """The functions that a ghost comment at file level declares."""
        if not inner(annotation.text).startswith("ghost"):
            return []
        text = annotation.text[3:].removesuffix("*/").replace("/@", "/*@").replace("@/", "*/")
        text = re.sub(r"\bghost\b", "     ", text)
        return [f._replace(line=f.line + annotation.line - 1, ghost=True)
                for f in Source(self.name, text).functions]


def at_file_level(source, offset):
    before = source.code[:offset]
    return before.count("{") == before.count("}")


def inner(text):
    """What an ACSL comment says, without its marks."""
    return re.sub(r"^(?:/\*@|//@)[\s@]*", "", text).removesuffix("*/")


def clauses(contract):
    """The clauses of a contract, in order, with the names that they have and what they say."""
    text = re.sub(r"//[^\n]*", "", inner(contract))
    found = list(CLAUSE.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [Clause(match.group(1), WORD.findall(match.group(2)), text[match.end():end])
            for match, end in zip(found, ends)]


@functools.lru_cache(maxsize=None)
def read(root, name):
    return Source(name, (root / name).read_text(encoding="utf-8"))


def files(root, *patterns):
    """The sources of a tree, by name relative to it."""
    return [read(root, str(path.relative_to(root))) for pattern in patterns for path in sorted(root.glob(pattern))]


# ---- what an expression names ----------------------------------------------------------------------------------------

MEMBER = re.compile(r"^\s+([\w ]+?[ *]+)(\w+)(?:\[[^\]]*\])?;[ \t]*(?:/\*\*<\s*(\w+:)?)?", re.MULTILINE)
STRUCT = re.compile(r"^(?:typedef )?struct (\w+) \{\n(.*?)^\}", re.DOTALL | re.MULTILINE)
NO_TYPE = {"return", "else", "case", "goto", "sizeof"}


def type_word(words):
    """The type of a declaration, without its qualifiers."""
    left = [w for w in WORD.findall(words) if w not in ("const", "volatile", "struct", "static", "inline", "extern")]
    return left[0] if left else None


def structs(sources):
    """{struct: {member: (type, the mark that its documentation begins with, or "")}}."""
    found = {}
    for source in sources:
        for name, body in STRUCT.findall(source.text):
            members = {member: (type_word(kind), mark or "") for kind, member, mark in MEMBER.findall(body)}
            found.setdefault(name, {}).update(members)
    return found


def before_brackets(code, at):
    """Where the index or the argument list that ends at `at` begins, or the last of several; `at` if there is none."""
    while code[:at].rstrip().endswith((")", "]")):
        at = len(code[:at].rstrip()) - 1
        depth = 1
        while depth > 0 and at > 0:
            at -= 1
            depth += (code[at] in ")]") - (code[at] in "([")
    return at


def operand(code, at):
    """Of the postfix expression that ends at `at`: its names from left to right, the first with "()" behind it if that
    is a function which is called, or none if it does not begin with a name; and where it begins."""
    names = []
    while True:
        opened = before_brackets(code, at)
        match = re.search(r"(->|\.)?\s*\b([A-Za-z_]\w*)\s*$", code[:opened])
        if match is None:
            return [], opened
        called = opened < at and code[opened] == "("
        names.insert(0, match.group(2) + ("()" if called else ""))
        if match.group(1) is None:
            return names, match.start(2)
        at = len(code[:match.start(1)].rstrip())


def declared_type(function, name):
    """The type of a parameter or a local variable, and whether it is a pointer."""
    text = function.head + (function.body or "")
    for match in re.finditer(rf"\b(\w+)((?:\s|\*|\bconst\b|\bvolatile\b)+)\b{name}\b\s*[=;,)\[]", text):
        if match.group(1) not in NO_TYPE:
            return match.group(1), "*" in match.group(2)
    return None, False
