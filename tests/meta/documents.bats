#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What documents and lists of files say of the sources is so.

load ../lib/common

setup() { cd "$srcdir"; }

# Paths that a document names: words with a slash that begin with a folder of the sources, and those in `backquotes` that end
# like a file. What has a NAME in capitals, a star or dots stands for many.
paths_in() {
  grep -oE '[A-Za-z0-9_.*/{},-]+' "$1" | sed 's/[.,]*$//' |
    grep -E '^(src|data|man|completions|tests|doc|packaging|\.ci)/|^[a-z_]+\.(tab\.)?[ch]$|^HOWTO' | grep -vE '[*{}]|\.\.\.|NAME|VENDOR|frob' | sort -u
}

@test "every file that CONTRIBUTING and the recipes name is there" {
  local document path bad=0 count=0
  for document in README CONTRIBUTING doc/HOWTO-*.md tests/captures/logs/README.md tests/vm/README; do
    while IFS= read -r path; do
      count=$((count + 1))
      # Recipes name files of the folder that they are about by their last part.
      [ -e "$path" ] || [ -e "build/$path" ] || [ -e "$builddir/$path" ] || [ -e "${path%/}.c" ] || compgen -G "doc/$path" >/dev/null ||
        compgen -G "src/$path" >/dev/null || compgen -G "src/*/$path" >/dev/null || [ -e "tests/unit/$path" ] ||
        { echo "$document: there is no $path" >&2; bad=$((bad + 1)); }
    done < <(paths_in "$document")
  done
  [ "$count" -ge 80 ] || fail "only $count paths were found"
  [ "$bad" -eq 0 ] || fail "$bad paths"
}

@test "every udev rule that the program names is shipped" {
  local name bad=0
  while IFS= read -r name; do
    [ -f "data/integrations/$name" ] || { echo "there is no data/integrations/$name" >&2; bad=1; }
  done < <(grep -rhoE '[0-9]+-[a-z-]+\.rules' src man README doc | sort -u)
  grep -rqE '[0-9]+-[a-z-]+\.rules' src
  [ "$bad" -eq 0 ]
}

@test "every .bats file outside the guests is run by make check" {
  local file bad=0
  for file in tests/*/*.bats; do
    grep -qE "(^|[[:space:]])$file( |\$)" tests/Makemodule.am || { echo "$file is not in tests/Makemodule.am" >&2; bad=1; }
  done
  [ "$bad" -eq 0 ]
}

@test "every command is in the list of iommuctl(8), and its page below SEE ALSO" {
  local name bad=0
  while IFS= read -r name; do
    grep -qE "^\.It Cm $name( |\$)" man/iommuctl.8 || { echo "$name is not in the list of iommuctl.8" >&2; bad=1; }
    [ ! -f "man/iommuctl-${name// /-}.8" ] || grep -qE "^\.Xr iommuctl-${name// /-} 8" man/iommuctl.8 ||
      { echo "iommuctl-${name// /-} is not below SEE ALSO of iommuctl.8" >&2; bad=1; }
  done < <("$IOMMUCTL" __commands --json | jq -r '.commands[].name')
  [ "$bad" -eq 0 ]
}

@test "the program is linked as the hardening that configure reports wants it" {
  [ "$IOMMUCTL" -ef "$builddir/iommuctl" ] || skip "not the program of this build"
  grep -q "^HARDEN_LDFLAGS='.*-pie" "$builddir/config.log" || skip "configured without hardening"
  command -v readelf >/dev/null || skip "readelf is not installed"
  run readelf -dlW "$IOMMUCTL"
  assert_output --partial "GNU_RELRO"
  assert_output --regexp "FLAGS_1.*NOW.*PIE"
}
