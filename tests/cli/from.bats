#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# --from: files that are damaged, hostile, newer or not reports at all. Always one line that says where.

load ../lib/common

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  cat >good <<'END'
{"schema": "iommuctl/1", "command": "report",
 "iommus": [{"name": "dmar0", "type": "intel-vtd", "source": "sysfs",
             "registers": {"CAP": {"value": "0x00d2008c40660462"}}}],
 "groups": [], "devices": []}
END
}

@test "a saved machine is read from a file and from standard input" {
  assert_equal "$(iommuctl hwinfo --get capabilities.max_domains dmar0 --from good)" 256
  assert_equal "$(iommuctl hwinfo --get capabilities.max_domains dmar0 --from - <good)" 256
}

@test "compressed files are read as they are" {
  need_compression
  gzip -k good
  xz -k good
  zstd -q good
  for f in good.gz good.xz good.zst; do
    assert_equal "$(iommuctl hwinfo --get capabilities.max_domains dmar0 --from "$f")" 256
  done
  head -c 60 good.gz >cut.gz
  run_split iommuctl hwinfo --from cut.gz
  assert_equal "$status" 2
  [[ "$stderr" == *"cut short"* ]]
}

@test "a file that is not there, a folder, an empty and a binary file are refused" {
  refuses 2 "cannot read 'missing'" iommuctl hwinfo --from missing
  refuses 2 "cannot read '.'" iommuctl hwinfo --from .
  : >empty
  refuses 2 "'empty' is empty" iommuctl hwinfo --from empty
  head -c 100 /dev/urandom >binary
  printf '\x01' | cat - binary >binary2
  refuses 2 "no JSON object" iommuctl hwinfo --from binary2
  # What would have been right is named.
  refuses 2 "--sysroot=DIR" iommuctl hwinfo --from .
  refuses 2 "--from=FILE" iommuctl hwinfo --sysroot good
  echo "[    0.361089] DMAR: Host address width 39" >log
  refuses 2 "logs: iommuctl decode" iommuctl hwinfo --from log
}

# With what each becomes readable.
@test "files that Windows or a packer wrote are told by their first bytes, for reports and for logs" {
  need_compression
  local file tool
  iconv -f UTF-8 -t UTF-16 good >utf16
  iconv -f UTF-8 -t UTF-16LE good >utf16le
  tar cf good.tar good
  gzip -k good.tar
  printf 'BZh91AY&SY' >good.bz2
  printf 'PK\003\004\024' >good.zip
  printf 'LPKSHHRH\000\000' >system.journal
  while read -r file tool; do
    refuses 2 "$tool" iommuctl hwinfo --from "$file"
    refuses 2 "$tool" iommuctl decode "$file"
    refuses 2 "$tool" iommuctl decode - <"$file"
  done <<'END'
utf16 iconv -f UTF-16 -t UTF-8
utf16le iconv -f UTF-16LE -t UTF-8
good.tar tar -x
good.tar.gz tar -x
good.bz2 bunzip2
good.zip unzip
system.journal journalctl -k --file=FILE
END
  # With the mark that editors there put before UTF-8, and their ends of lines, it is read.
  { printf '\xef\xbb\xbf'; sed 's/$/\r/' good; } >marked
  assert_equal "$(iommuctl hwinfo --get capabilities.max_domains dmar0 --from marked)" 256
  assert_equal "$(iommuctl decode --json marked | jq -r '.records[0].registers.CAP.value')" 0x00d2008c40660462
}

@test "a report cut at any byte is refused with the place" {
  local size i
  size=$(($(wc -c <good) - 1))
  for ((i = 1; i < size; i += 7)); do
    head -c "$i" good >cut
    refuses 2 "cut short" iommuctl hwinfo --from cut
  done
}

@test "duplicate keys, huge numbers, deep nesting and bad UTF-8 are named with line and column" {
  sed 's/"groups": \[\]/"groups": [], "groups": []/' good >bad
  refuses 2 'line 4, column 16 (byte' iommuctl hwinfo --from bad
  refuses 2 '"groups" is there twice' iommuctl hwinfo --from bad
  sed 's/"groups": \[\]/"groups": [{"id": 99999999999999999999}]/' good >bad
  refuses 2 'out of range' iommuctl hwinfo --from bad
  { printf '{"schema":"iommuctl/1","x":'; head -c 5000 /dev/zero | tr '\0' '['; } >bad
  refuses 2 'nested deeper than' iommuctl hwinfo --from bad
  printf '{"schema":"iommuctl/1","x":"\xff"}' >bad
  refuses 2 'not UTF-8' iommuctl hwinfo --from bad
}

@test "a wrong type is named with its place" {
  sed 's/"name": "dmar0"/"name": 7/' good >bad
  refuses 2 'line 2, column 13' iommuctl hwinfo --from bad
  refuses 2 '"name" of an element of "iommus" must be a string' iommuctl hwinfo --from bad
}

@test "what is there twice is named: no command could tell the two apart" {
  local list words
  while read -r list words; do
    jq ".$list += [.${list}[0]]" "$srcdir/tests/cli/data/check-vtd.json" >bad
    refuses 2 "$words" iommuctl list --from bad
  done <<'END'
devices a second device has the name "0000:00:00.0"
groups a second group has the id 0
iommus a second IOMMU has the name "dmar0"
END
}

@test "a number of a stranger's report that cannot be one is not counted on" {
  jq '.kernel.command_line += ["ip=dhcp"] | .kernel.command_line_omitted = 9223372036854775807' "$srcdir/tests/cli/data/check-vtd.json" >bad
  run iommuctl report --json --from bad
  assert_success
  assert_equal "$(jq .kernel.command_line_omitted <<<"$output")" 1
}

@test "thousands of places that could not be read do not hold check up" {
  jq -c '.unread = [range(20000) | {what: "x", path: "/sys/kernel/iommu_groups/\(.)/type", errno: "EIO"}]
         | .groups += [range(100; 20000) | {id: ., type: "DMA", reserved: []}]' "$srcdir/tests/cli/data/check-vtd.json" >many
  run timeout 20 "$IOMMUCTL" check isolation --from many
  assert_equal "$status" 0
  assert_output --partial "and 19996 more"
}

# What a report holds beside IOMMUs, groups and devices has no types that are checked when it is read.
@test "facts of a wrong type are no facts, and no view ends early" {
  local good="$srcdir/tests/cli/data/check-vtd.json" bad="$BATS_TEST_TMPDIR/bad.json" value depth kind args
  for value in 5 null '[null]'; do
    for depth in 1 2 3 4; do
      # Lists and objects; then what is in them, but for the words by which facts are found.
      for kind in 'type | IN("array", "object")' 'type | IN("array", "object") | not'; do
        jq --argjson value "$value" --argjson depth "$depth" '
          [paths | select(length == $depth and (.[0] | IN("schema", "command", "source", "iommus", "groups", "devices") | not)
                          and (.[-1] | IN("device", "config", "name") and $depth == 3 | not))] as $places
          | reduce $places[] as $p (.; if getpath($p) | '"$kind"' then setpath($p; $value) else . end)' "$good" >"$bad"
        for args in "diff $bad $good" "diff $good $bad" "check --from $bad" "report --text --from $bad"; do
          # shellcheck disable=SC2086 # words
          run_split iommuctl $args
          [ "$status" -le 2 ] || fail "$args with $value at depth $depth ($kind): status $status, $stderr"
        done
      done
    done
  done
}

@test "other JSON is no saved machine" {
  echo '{"a": 1}' >bad
  refuses 2 'no "schema"' iommuctl hwinfo --from bad
  echo '{"schema": "iommuctl/1"}' >bad
  refuses 2 'no list of devices' iommuctl hwinfo --from bad
}

@test "a newer schema is read as far as it is known, with a note" {
  sed 's,iommuctl/1,iommuctl/7,; s/"groups": \[\]/"groups": "elsewhere"/; s/"source": "sysfs"/"source": {"new": 1}/' good >newer
  run_split iommuctl hwinfo --get capabilities.max_domains dmar0 --from newer
  assert_equal "$status" 0
  assert_equal "$output" 256
  [[ "$stderr" == *"iommuctl/7, newer than this program"* ]]
}

@test "unknown words stay readable" {
  sed 's/intel-vtd/quantum-mmu/' good >odd
  run_split iommuctl report --from odd
  assert_equal "$status" 0
  assert_equal "$(jq -r '.iommus[0].type' <<<"$output")" quantum-mmu
}

@test "the bundled captures are shown by every view" {
  for capture in "$srcdir"/data/captures/*.json; do
    for view in list check hwinfo; do
      run_split iommuctl "$view" --json --from "$capture"
      [ "$status" -le 1 ] || fail "$view of $capture: $stderr"
      jq -e .schema <<<"$output" >/dev/null
    done
    run_split iommuctl diff "$capture" "$capture"
    assert_equal "$status" 0
    assert_equal "$(iommuctl report --from "$capture" | jq -S 'del(.errors)' | cksum)" "$(jq -S 'del(.errors)' "$capture" | cksum)"
  done
  assert_equal "$(iommuctl hwinfo --from "$srcdir/data/captures/vtd-guest.json" --get capabilities.input_address_bits dmar0)" 48
}
