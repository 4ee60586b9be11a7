# Reads apt's source files, one-line (*.list) and deb822 (*.sources), and prints each enabled entry that serves "main" of
# `suite` as an entry for `target`: a line "RANK KIND" (KIND is the file suffix), the entry, an empty line.

function has(list, word,    words, n, i) {
    n = split(list, words, /[ \t\n]+/)
    for (i = 1; i <= n; i++) if (words[i] == word) return 1
    return 0
}

# Other archives also call their suites "bookworm main"; the distribution's own is told by its key or its path.
function rank(uri, options) {
    return (options ~ /(debian|ubuntu)-archive-keyring/ || uri ~ /\/(debian|ubuntu)\/?([ \t\n]|$)/) ? 0 : 1
}

# A line that is no "deb" line keeps its first word, and so has no suite in second place.
function one_line(    rest, options, words, n, i, components) {
    rest = $0
    sub(/#.*/, "", rest)
    sub(/^[ \t]*deb[ \t]+/, "", rest)
    options = ""
    if (match(rest, /^\[[^]]*\][ \t]*/)) {
        options = substr(rest, 1, RLENGTH)
        sub(/[ \t]*$/, " ", options)
        rest = substr(rest, RLENGTH + 1)
    }
    n = split(rest, words, /[ \t]+/)
    for (i = 3; i <= n; i++) components = components " " words[i]
    if (words[1] ~ /^cdrom:/ || words[2] != suite || !has(components, "main")) return
    printf "%d list\ndeb %s%s %s main\n\n", rank(words[1], options), options, words[1], target
}

function end_of_stanza(    i, name, text) {
    if (fields > 0 && has(value["types"], "deb") && has(value["suites"], suite) && has(value["components"], "main") \
        && tolower(value["enabled"]) !~ /^[ \t]*(no|false|without|off|disable|0)[ \t]*$/) {
        text = ""
        for (i = 1; i <= fields; i++) {
            name = order[i]
            if (name == "types") text = text "Types: deb\n"
            else if (name == "suites") text = text "Suites: " target "\n"
            else if (name == "components") text = text "Components: main\n"
            else if (name != "enabled") text = text raw[name] "\n"
        }
        printf "%d sources\n%s\n", rank(value["uris"], value["signed-by"]), text
    }
    fields = 0
    current = ""
    split("", value)
    split("", raw)
}

FNR == 1 { end_of_stanza() }
FILENAME ~ /\.list$/ { one_line(); next }
/^[ \t]*$/ { end_of_stanza(); next }
/^[ \t]/ && current != "" {
    value[current] = value[current] "\n" $0
    raw[current] = raw[current] "\n" $0
    next
}
/^[A-Za-z-]+[ \t]*:/ {
    current = tolower($0)
    sub(/[ \t]*:.*/, "", current)
    order[++fields] = current
    raw[current] = $0
    value[current] = $0
    sub(/^[^:]*:[ \t]*/, "", value[current])
}
END { end_of_stanza() }
