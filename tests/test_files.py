"""What is interrupted while it writes leaves what was there."""

from pathlib import Path

import pytest

from skembed._files import replaced, write_text


def write_half(path, error):
    with replaced(path) as file:
        file.write(b"half of it")
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
@pytest.mark.parametrize("earlier", [None, "what was there"])
def test_a_file_is_whole_or_as_it_was(tmp_path, error, earlier):
    path = tmp_path / "file"
    if earlier is not None:
        write_text(path, earlier)
    with pytest.raises(error):
        write_half(path, error)
    assert [p.name for p in tmp_path.iterdir()] == ["file"] * (earlier is not None)
    if earlier is not None:
        assert path.read_text() == earlier


def test_the_mode_of_a_file_stays_and_links_are_followed(tmp_path):
    file, link = tmp_path / "file", tmp_path / "link"
    write_text(file, "earlier")
    file.chmod(0o640)
    link.symlink_to(file)
    write_text(link, "later")
    assert link.is_symlink()
    assert file.read_text() == "later"
    assert file.stat().st_mode & 0o777 == 0o640


def test_devices_are_written_to():
    write_text("/dev/null", "text")
    assert not Path("/dev/null").is_file()


def test_long_names_can_be_written(tmp_path):
    write_text(tmp_path / ("n" * 250), "text")


def test_text_is_written_as_it_is(tmp_path):
    write_text(tmp_path / "file", "ø\n\r\n")
    assert (tmp_path / "file").read_bytes() == b"\xc3\xb8\n\r\n"


def test_where_there_is_no_folder_the_error_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        write_text(tmp_path / "nowhere" / "file", "text")
