#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Every example of the README that shows output is run, and prints what the README says.

load ../lib/common

# examples: each "    $ iommuctl ..." line with the indented lines below it, up to a blank line.
# A line "..." in the README stands for what is left out there.
next_example() {
  command='' expected=''
  local line
  while IFS= read -r line; do
    if [[ $line == '    $ iommuctl '* ]]; then
      command=${line#'    $ '}
    elif [[ -n $command && $line == '    '* ]]; then
      expected+=${line#'    '}$'\n'
    elif [[ -n $command ]]; then
      return 0
    fi
  done
  [[ -n $command ]]
}

# Compare line by line; "..." skips lines until the next expected line turns up.
same() {
  local -a want have
  local i=0 line
  mapfile -t want <<<"${1%$'\n'}"
  mapfile -t have <<<"${2%$'\n'}"
  for line in "${want[@]}"; do
    if [[ $line == ... ]]; then
      skipping=yes
      continue
    fi
    while [[ -n ${skipping-} && $i -lt ${#have[@]} && ${have[i]} != "$line" ]]; do i=$((i + 1)); done
    skipping=
    if [[ $i -ge ${#have[@]} || ${have[i]} != "$line" ]]; then
      echo "README has : $line"
      echo "program has: ${have[i]-(nothing)}"
      return 1
    fi
    i=$((i + 1))
  done
}

@test "the examples of the README print what it shows" {
  cd "$srcdir"
  local count=0 command expected actual
  while next_example; do
    # The redirection of the whole README must not become the example's input.
    actual=$(bash -c "iommuctl() { \"\$IOMMUCTL\" \"\$@\"; }; $command" </dev/null 2>&1) || true
    count=$((count + 1))
    if [[ -n $expected ]]; then
      run same "$expected" "$actual"
      [ "$status" -eq 0 ] || fail "$command"$'\n'"$output"
    fi
  done <README
  [ "$count" -ge 3 ] || fail "only $count examples found"
}
