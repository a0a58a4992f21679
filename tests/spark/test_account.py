import getpass
import os
import subprocess
import sys

import pytest

from steamrec.spark.account import account_options, complete_account, has_entry

NOBODYS = 3_999_999_999  # a user id without an entry in /etc/passwd


def test_an_account_with_an_entry_stays_as_it_is(tmp_path):
    assert has_entry(os.getuid())
    assert account_options() == ""
    variables = {"HOME": str(tmp_path)}
    assert complete_account(dict(variables), os.getuid(), "/t") == variables


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, {"USER": "uid3999999999", "LOGNAME": "uid3999999999", "HOME": "/t"}),
        ({"HOME": "", "USER": ""}, {"USER": "uid3999999999", "HOME": "/t"}),
        ({"HOME": "?"}, {"HOME": "/t"}),
        ({"USER": "ann", "HOME": "/h"}, {"USER": "ann", "LOGNAME": "ann", "HOME": "/h"}),
    ],
)
def test_an_account_without_an_entry_gets_a_name_and_a_home(given, wanted):
    found = complete_account(dict(given), NOBODYS, "/t")
    assert wanted.items() <= found.items()


def test_matplotlib_keeps_its_settings_where_it_can():
    assert complete_account({"HOME": "/none"}, os.getuid(), "/t")["MPLCONFIGDIR"].startswith("/t/")
    own = {"HOME": "/none", "MPLCONFIGDIR": "/m"}
    assert complete_account(own, os.getuid(), "/t")["MPLCONFIGDIR"] == "/m"


@pytest.mark.skipif(os.getuid() != 0, reason="only root may take another user id")
def test_a_process_without_an_entry_knows_its_name_and_its_options():
    code = (
        "import getpass, os, pathlib\n"
        "from steamrec.spark.account import account_options, complete_own_account\n"
        "for name in ('USER', 'LOGNAME', 'LNAME', 'USERNAME', 'HOME'): os.environ.pop(name, None)\n"
        "os.setuid(3_999_999_999)\n"
        "complete_own_account()\n"
        "print(getpass.getuser(), pathlib.Path('~').expanduser(), account_options())"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    name, home, *options = answer.stdout.split()
    assert name == "uid3999999999" != getpass.getuser()
    assert options == [f'"-Duser.name={name}"', f'"-Duser.home={home}"']
