# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of iommuctl for fish. The program itself says what can come next.

function __iommuctl_words
    set -l words (commandline -opc) (commandline -ct)
    set -l current (commandline -ct)
    for line in ($words[1] __words -- $words[2..-1] 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (string replace -r '^--[^=]*=' '' -- $current)
            case ':dirs'
                __fish_complete_directories (string replace -r '^--[^=]*=' '' -- $current)
            case '*'
                echo $line
        end
    end
end

complete -c iommuctl -f -a '(__iommuctl_words)'
