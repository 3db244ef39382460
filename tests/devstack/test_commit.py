"""Which commit a checkout is at."""

from pathlib import Path

from devstack import commit

SHA = "0123456789abcdef0123456789abcdef01234567"


def checkout(root: Path, head: str, **files: str) -> Path:
    (root / ".git/refs/heads").mkdir(parents=True)
    (root / ".git/HEAD").write_text(head)
    for name, text in files.items():
        (root / ".git" / name.replace("__", "/").replace("_", "-")).write_text(text)
    return root


class TestTheCommit:
    def test_is_that_of_the_branch(self, tmp_path: Path) -> None:
        root = checkout(tmp_path, "ref: refs/heads/main\n", refs__heads__main=f"{SHA}\n")
        assert commit.of(root) == "0123456789ab"

    def test_is_found_where_branches_are_packed(self, tmp_path: Path) -> None:
        packed = f"# pack-refs\n{'f' * 40} refs/heads/other\n{SHA} refs/heads/main\n"
        root = checkout(tmp_path, "ref: refs/heads/main\n", packed_refs=packed)
        assert commit.of(root) == "0123456789ab"

    def test_is_the_head_s_own_where_there_is_no_branch(self, tmp_path: Path) -> None:
        assert commit.of(checkout(tmp_path, f"{SHA}\n")) == "0123456789ab"

    def test_is_unknown_without_a_checkout(self, tmp_path: Path) -> None:
        assert commit.of(tmp_path) is None
        assert commit.of(checkout(tmp_path, "ref: refs/heads/new\n")) is None
