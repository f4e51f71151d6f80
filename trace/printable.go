package trace

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Printable returns a name as it is if all of it prints on one line, and quoted as in
// Go's source if not: a name that comes from a file may hold line breaks, or marks that
// turn the order of the text around. What starts with a quote is quoted, too.
func Printable(name string) string {
	if plainText(name) && !strings.HasPrefix(name, `"`) {
		return name
	}
	return strconv.Quote(name)
}

// plainText reports whether all of a text is valid and printable.
func plainText(s string) bool {
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)) || !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

// Excerpt returns a name for errors: of a long one the first 100 bytes, and how many
// there are. It is still to be quoted.
func Excerpt(name string) string { return Shortened(name, 100) }

// Shortened returns a text, or of one that is longer than that its first bytes and how
// many there are.
func Shortened(text string, most int) string {
	if most = max(most, 0); len(text) <= most {
		return text
	}
	return fmt.Sprintf("%s... (%d bytes)", strings.ToValidUTF8(text[:most], ""), len(text))
}
