# SPDX-License-Identifier: GPL-2.0-or-later
# The examples in the sources of manual pages.
# shellcheck shell=bash

# examples_of PAGE: the command lines of its .Dl lines and literal blocks, as a person would type them. Blocks that show
# something else than commands have no line with the program's name, and are left out.
examples_of() {
  awk '
    function plain(s) {
      gsub(/\\-/, "-", s)
      gsub(/\\\(dq/, "\"", s)
      gsub(/\\\(aq/, "\047", s)
      gsub(/\\e/, "\\", s)
      # A prompt; any other # begins a comment.
      sub(/^\$ /, "", s)
      if (s ~ /^# (iommuctl|dmesg) /)
        s = substr(s, 3)
      return s
    }
    /^\.Dl / { sub(/^\.Dl /, ""); if (/iommuctl/) print plain($0); next }
    /^\.Bd -literal/ { inside = 1; block = ""; next }
    /^\.Ed/ { if (inside && block ~ /(^|\n|\()(sudo )?iommuctl [a-z]/) printf "%s", block; inside = 0; next }
    inside { block = block plain($0) "\n" }
  ' "$1"
}
