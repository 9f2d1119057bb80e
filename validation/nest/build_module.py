"""Builds the NEST module with E-GLIF that the other scripts of this folder load.

    pip install nest-simulator==3.10.0 nestml==8.3.0 typing_extensions cmake h5py
    python build_module.py FOLDER

Needs g++, make and headers (Debian: libboost-dev libltdl-dev libgsl-dev). The wheel of NEST names the folders of the machine that built it; where they
do not exist, a nest-config that names the installed headers is put in front of it.
"""

import pathlib
import stat
import subprocess
import sys

import nest
from pynestml.frontend.pynestml_frontend import generate_nest_target

# Symbols of the kernel are resolved when the module is loaded: no libraries to link.
NEST_CONFIG = """#!/bin/sh
case "$1" in
    --prefix) echo "{prefix}" ;;
    --includes) echo "-I{include}" ;;
    --cflags) echo "-fopenmp -O3 -march=native -DNDEBUG -std=c++20 -D_GLIBCXX_USE_CXX11_ABI=0" ;;
    --libs) echo "" ;;
    --compiler) command -v g++ ;;
    --compiler-name) echo GNU ;;
    --compiler-version) g++ -dumpfullversion ;;
    --python-executable) echo "{python}" ;;
    --static-libraries) echo OFF ;;
    --docdir) echo share/doc/nest ;;
    --datadir) echo nest/share/nest ;;
    --libdir) echo lib64 ;;
    --version) echo "{version}" ;;
esac
"""


def wheel_prefix() -> pathlib.Path:
    """A folder that looks like a NEST installation, with the headers of the wheel."""
    package = pathlib.Path(nest.__file__).parent
    prefix = target / "prefix"
    (prefix / "bin").mkdir(parents=True, exist_ok=True)
    (prefix / "include").mkdir(exist_ok=True)
    link = prefix / "include" / "nest"
    if not link.exists():
        link.symlink_to(package / "include" / "nest")
    config = prefix / "bin" / "nest-config"
    config.write_text(
        NEST_CONFIG.format(prefix=prefix, include=link, python=sys.executable, version=nest.__version__)
    )
    config.chmod(config.stat().st_mode | stat.S_IEXEC)
    return prefix


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    target = pathlib.Path(sys.argv[1]).resolve()
    target.mkdir(parents=True, exist_ok=True)
    nest_config = pathlib.Path(sys.executable).with_name("nest-config")
    listed = subprocess.run([nest_config, "--prefix"], capture_output=True, text=True)
    installed = pathlib.Path(listed.stdout.strip() or "/nonexistent")
    generate_nest_target(
        input_path=str(pathlib.Path(__file__).with_name("eglif.nestml")),
        target_path=str(target / "code"),
        install_path=str(target),
        module_name="lobule_checkmodule",
        suffix="",
        logging_level="WARNING",
        codegen_opts={"nest_path": str(installed if installed.exists() else wheel_prefix())},
    )
    print(f"NEST {nest.__version__}: lobule_checkmodule in {target}")
