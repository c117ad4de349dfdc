#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is true of every command, asked of each in turn: help, version, wrong options, streams, documents, manual pages.

load ../lib/common

setup_file() {
  "$IOMMUCTL" __commands --json >"$BATS_FILE_TMPDIR/commands.json"
  jq -r '.commands[].name' "$BATS_FILE_TMPDIR/commands.json" >"$BATS_FILE_TMPDIR/names"
  # Asked for often, and each jq takes as long as three commands.
  jq -r '.commands[] | [.name, (.args // ""), ([.options[].name] | join(" "))] | join("\t")' "$BATS_FILE_TMPDIR/commands.json" \
    >"$BATS_FILE_TMPDIR/meta"
}

commands() { cat "$BATS_FILE_TMPDIR/names"; }

# meta_of COMMAND: its operands in $args, the names of its options in the array $options.
meta_of() {
  local line=$'\n'$(<"$BATS_FILE_TMPDIR/meta")$'\n'
  line=${line#*$'\n'"$1"$'\t'}
  line=${line%%$'\n'*}
  args=${line%%$'\t'*}
  read -ra options <<<"${line#*$'\t'}"
}

# for_each FUNCTION: FUNCTION COMMAND for every command; all that fail are named.
for_each() {
  local command bad=0
  while IFS= read -r command; do
    "$1" "$command" || { echo "$1: $command" >&2; bad=$((bad + 1)); }
  done < <(commands)
  [ "$bad" -eq 0 ] || fail "$bad commands"
}

@test "no command is listed twice" {
  assert_equal "$(commands | sort | uniq -d)" ""
}

@test "there are commands, each with a summary and two examples that begin with its name" {
  [ "$(commands | wc -l)" -ge 8 ]
  assert_equal "$(jq -r '[.commands[] | select(.summary == "" or (.summary | endswith(".")) or (.examples | length) < 2)] | map(.name) | join(" ")' "$BATS_FILE_TMPDIR/commands.json")" ""
  assert_equal "$(jq -r '[.commands[] | .name as $n | select([.examples[] | contains("iommuctl " + $n)] | any | not)] | map(.name) | join(" ")' "$BATS_FILE_TMPDIR/commands.json")" ""
}

help_fits() {
  local text
  # shellcheck disable=SC2086 # a command can be two words
  text=$("$IOMMUCTL" $1 --help 2>"$BATS_TEST_TMPDIR/err") || return 1
  [ ! -s "$BATS_TEST_TMPDIR/err" ] || return 1
  [ "$(wc -l <<<"$text")" -le 34 ] || { echo "$1: $(wc -l <<<"$text") lines" >&2; return 1; }
  [ "$(wc -L <<<"$text")" -le 80 ] || { echo "$1: $(wc -L <<<"$text") columns" >&2; return 1; }
  [[ $text == "Usage: iommuctl $1"* ]] || return 1
  # It ends with the examples.
  [ "$(sed -n '/^Examples:$/,$p' <<<"$text" | grep -c '^  ')" -ge 2 ] || return 1
  [[ ${text##*$'\n'} == "  "* ]]
}
@test "--help goes to stdout, fits a screen and ends with two examples" {
  for_each help_fits
  [ "$("$IOMMUCTL" --help | wc -L)" -le 80 ]
}

version_says() {
  # shellcheck disable=SC2086
  [[ $("$IOMMUCTL" $1 --version) == "iommuctl "* ]]
}
@test "--version is understood behind every command" {
  for_each version_says
}

unknown_option() {
  local status=0 err
  # shellcheck disable=SC2086
  err=$("$IOMMUCTL" $1 --no-such-option 2>&1 >"$BATS_TEST_TMPDIR/out") || status=$?
  [ "$status" -eq 2 ] && [ ! -s "$BATS_TEST_TMPDIR/out" ] && [ "$(wc -l <<<"$err")" -eq 1 ] &&
    [[ $err == *"'--no-such-option'"* ]]
}
@test "an unknown option is refused in one line that names it, exit 2, nothing on stdout" {
  for_each unknown_option
}

help_to_full_disk() {
  local status=0
  # shellcheck disable=SC2086
  "$IOMMUCTL" $1 --help >/dev/full 2>/dev/null || status=$?
  [ "$status" -eq 1 ]
}
@test "help that cannot be written is a failure" {
  for_each help_to_full_disk
}

# Commands that wait, take over the terminal or change things are asked with a word that they refuse.
json_parses() {
  local status=0 out
  # shellcheck disable=SC2086
  case $1 in
  session*) return 0 ;;
  watch) out=$("$IOMMUCTL" watch --json --input=/dev/null 2>/dev/null) || status=$? ;;
  decode) out=$("$IOMMUCTL" decode --json /dev/null 2>/dev/null </dev/null) || status=$? ;;
  *) out=$(timeout 20 "$IOMMUCTL" $1 --json 2>/dev/null </dev/null) || status=$? ;;
  esac
  [ "$status" -le 2 ] || { echo "$1: exit $status" >&2; return 1; }
  printf '%s\n' "$out" >"$BATS_TEST_TMPDIR/document.${1// /-}"
}
@test "--json prints one document and nothing else, whatever the exit status" {
  for_each json_parses
  cd "$BATS_TEST_TMPDIR"
  # Of each file one line: one document.
  assert_equal "$(jq -r '"\(input_filename) \(.schema) \(.errors | type)"' document.*)" "$(printf '%s iommuctl/1 array\n' document.*)"
}

# The page of "session start" is that of session.
page_of() {
  local page
  for page in "$srcdir/man/iommuctl-${1// /-}.8" "$srcdir/man/iommuctl-${1%% *}.8"; do
    if [ -f "$page" ]; then
      echo "$page"
      return
    fi
  done
}

page_has_options() {
  local page option text args options bad=0
  page=$(page_of "$1")
  [ -n "$page" ] || { echo "$1: no manual page" >&2; return 1; }
  text=$(<"$page")$'\n'
  meta_of "$1"
  for option in "${options[@]}"; do
    # mdoc writes --name as "Fl Fl name" or "Fl -name", also behind a letter.
    [[ $text =~ (Fl |-)"$option"[$' \n'] ]] || { echo "$1: --$option is not in ${page##*/}" >&2; bad=1; }
  done
  return "$bad"
}
@test "every command has a manual page that mentions each of its options" {
  for_each page_has_options
}

@test "every option that a manual page lists exists" {
  local page name option bad=0 known global
  global=$(jq -r '.global_options[].name' "$BATS_FILE_TMPDIR/commands.json")
  for page in "$srcdir"/man/iommuctl-*.8; do
    name=${page##*/iommuctl-}
    name=${name%.8}
    # A page can be that of several commands: "session" is that of "session start" and the others.
    known=$(jq -r --arg n "${name//-/ }" --arg m "$name" \
      '.commands[] | select(.name == $n or .name == $m or (.name | startswith($n + " "))) | .options[].name' "$BATS_FILE_TMPDIR/commands.json")
    while IFS= read -r option; do
      grep -qxF -- "$option" <<<"$known"$'\n'"$global" || { echo "${page##*/}: --$option is no option" >&2; bad=1; }
    done < <(sed -n '/^\.Sh OPTIONS/,/^\.Sh [^O]/ { s/^\.It \(.*\)/\1/p }' "$page" | grep -Eo 'Fl (Fl |-)[a-z][a-z-]*' | sed -E 's/Fl (Fl |-)//' | sort -u)
  done
  [ "$bad" -eq 0 ]
}

# synopsis_of COMMAND: the words of all its forms in the SYNOPSIS of its page, without mdoc's macros: "--type=TYPE NAME".
synopsis_of() {
  sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$(page_of "$1")" | awk -v name=".Nm iommuctl $1" '
    /^\.Nm/ { inside = ($0 == name); found = found || inside; next }
    inside && /^\.(Op|Fl|Ar)/ {
      gsub(/^\.|(^| )(Op|Ns|Ar)( |$)/, " ")
      gsub(/ (Op|Ns|Ar) /, " ")
      print
    }
    END { exit !found }'
}

# The synopsis of the page and what the command table says are the same commands, operands and options.
synopsis_agrees() {
  local synopsis word rest args options bad=0
  synopsis=$'\n'$(synopsis_of "$1")$'\n' || { echo "$1: is not in the synopsis of its page" >&2; return 1; }
  meta_of "$1"
  rest=$args
  while [[ $rest =~ [A-Z][A-Z_]+(.*) ]]; do
    word=${BASH_REMATCH[0]%"${BASH_REMATCH[1]}"} rest=${BASH_REMATCH[1]}
    [[ $synopsis =~ [^A-Za-z0-9_]"$word"[^A-Za-z0-9_] ]] || { echo "$1: operand $word is not in the synopsis" >&2; bad=1; }
  done
  for word in "${options[@]}"; do
    # The filters of list stand for themselves below it.
    case $1:$word in list:driver | list:group | list:iommu | list:class | list:usable | list:group-of | list:columns | list:no-headings) continue ;; esac
    [[ $synopsis =~ ('Fl '|-|'| ')"$word"[$' \n'] ]] || { echo "$1: --$word is not in the synopsis" >&2; bad=1; }
  done
  rest=$synopsis
  while [[ $rest =~ Fl\ (Fl\ |-)([a-z][a-z-]*)(.*) ]]; do
    word=${BASH_REMATCH[2]} rest=${BASH_REMATCH[3]}
    [[ " ${options[*]} $global " == *" $word "* ]] || { echo "$1: --$word of the synopsis is no option" >&2; bad=1; }
  done
  return "$bad"
}
@test "the synopsis of every manual page has the operands and options of the command, and no others" {
  global=$(jq -r '[.global_options[].name] | join(" ")' "$BATS_FILE_TMPDIR/commands.json")
  for_each synopsis_agrees
}

@test "every manual page of the sources is installed" {
  local page bad=0
  for page in "$srcdir"/man/*.[1-8]; do
    grep -Eq "^dist_man_MANS .*man/${page##*/}( |\$)" "$srcdir/man/Makemodule.am" || { echo "${page##*/}" >&2; bad=1; }
  done
  [ "$bad" -eq 0 ]
}
