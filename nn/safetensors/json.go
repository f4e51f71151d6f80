package safetensors

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/pullback-go/pullback/trace"
)

// scanner reads the JSON of a header, which is UTF-8, in place. It allocates only texts
// with escapes, so that a header costs no more than its own bytes.
type scanner struct {
	text string
	of   string        // what the JSON is, for errors; a header if empty
	at   int           // the next byte
	room [mostAxes]int // for the numbers of one array
}

// peek returns the next byte that is not a blank, 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// take reads a byte if it is the next one.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

// wrong returns the error that something else stands where want should be.
func (s *scanner) wrong(want string) error {
	if s.peek(); s.at == len(s.text) {
		return fmt.Errorf("the %s's JSON ends too soon", cmp.Or(s.of, "header"))
	}
	return fmt.Errorf("got %s where %s should be", s.found(), want)
}

// found describes for an error what comes next: a text, a number or word, or one
// character.
func (s *scanner) found() string {
	rest := s.text[s.at:]
	if rest[0] == '"' {
		look := *s
		if text, err := look.str("a text"); err == nil {
			return quote(text)
		}
	}
	rest = rest[:min(len(rest), 1000)] // an error does not quote more
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("+-.", r) }
	if n := len(rest) - len(strings.TrimLeftFunc(rest, word)); n > 0 {
		return trace.Excerpt(rest[:n])
	}
	r, n := utf8.DecodeRuneInString(rest)
	if !unicode.IsPrint(r) {
		return strconv.QuoteRune(r)
	}
	return rest[:n]
}

// object reads {"key": value, ...} and calls value for each member. The key begins at
// byte at.
func (s *scanner) object(value func(key string, at int) error) error {
	if !s.take('{') {
		return s.wrong("an object")
	}
	for first := true; !s.take('}'); first = false {
		if !first && !s.take(',') {
			return s.wrong("a comma or }")
		}
		s.peek()
		at := s.at
		key, err := s.str("a name in quotes")
		if err != nil {
			return err
		}
		if !s.take(':') {
			return s.wrong("a colon")
		}
		if err := value(key, at); err != nil {
			return err
		}
	}
	return nil
}

// members counts the members of the object that comes next, by its commas. If the text is
// not JSON, the count may be too large, but never too small.
func (s *scanner) members() int {
	depth, n := 0, 1
	for i := s.at; i < len(s.text); i++ {
		switch s.text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				return n
			}
		case ',':
			if depth == 1 {
				n++
			}
		case '"':
			i = skipString(s.text, i)
		}
	}
	return n
}

// skipString returns the index of the quote that ends the string beginning at a quote.
func skipString(text string, at int) int {
	for at++; at < len(text) && text[at] != '"'; at++ {
		if text[at] == '\\' {
			at++
		}
	}
	return at
}

// str reads a string. A string without escapes is a part of the header's text.
func (s *scanner) str(want string) (string, error) {
	if s.peek() != '"' {
		return "", s.wrong(want)
	}
	begin, end := s.at+1, skipString(s.text, s.at)
	if end >= len(s.text) {
		s.at = len(s.text)
		return "", s.wrong(want)
	}
	raw := s.text[begin:end]
	if i := strings.IndexFunc(raw, func(r rune) bool { return r < ' ' }); i >= 0 {
		return "", fmt.Errorf("a text has the control character %s, which JSON writes as an escape", quote(raw[i:i+1]))
	}
	s.at = end + 1
	return unescape(raw)
}

// unescape replaces escapes by their characters.
func unescape(raw string) (string, error) {
	i := strings.IndexByte(raw, '\\')
	if i < 0 {
		return raw, nil
	}
	out := make([]byte, 0, len(raw))
	for ; i >= 0; i = strings.IndexByte(raw, '\\') {
		out = append(out, raw[:i]...)
		r, n := escape(raw[i:])
		if n == 0 {
			return "", fmt.Errorf("a text has the escape %s, which is none of JSON", quote(raw[i:min(len(raw), i+12)]))
		}
		out, raw = utf8.AppendRune(out, r), raw[i+n:]
	}
	return string(append(out, raw...)), nil
}

// escape reads the escape at the beginning of a text, of n bytes. Two escapes that are
// halves of a character beyond U+FFFF count as one. Half of such a pair alone is an
// error, like everything else with n = 0: it is no character, and two different names
// with such halves would become one.
func escape(text string) (r rune, n int) {
	const letters, meaning = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	if i := strings.IndexByte(letters, text[1]); i >= 0 {
		return rune(meaning[i]), 2
	}
	r, ok := unit(text)
	switch {
	case !ok:
		return 0, 0
	case !utf16.IsSurrogate(r):
		return r, 6
	}
	low, ok := unit(text[6:])
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, 0
	}
	return r, 12
}

// unit reads \uXXXX, one unit of UTF-16.
func unit(text string) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(v), err == nil
}

// number reads a whole number ≥ 0. Errors call it what.
func (s *scanner) number(what string) (int, error) {
	if s.peek(); s.at == len(s.text) {
		return 0, s.wrong("a number")
	}
	rest, end := s.text[s.at:], 0
	for end < len(rest) && end < 20 && '0' <= rest[end] && rest[end] <= '9' {
		end++
	}
	n, err := strconv.ParseUint(rest[:end], 10, strconv.IntSize-1)
	alone := end == len(rest) || strings.IndexByte(" \t\n\r,]}", rest[end]) >= 0
	if err != nil || !alone || end > 1 && rest[0] == '0' {
		return 0, fmt.Errorf("%s has %s where a whole number from 0 to 2^%d-1 should be", what, s.found(), strconv.IntSize-1)
	}
	s.at += end
	return int(n), nil
}

// numbers reads an array of whole numbers ≥ 0, at most the given number of them. They are
// valid until the next call.
func (s *scanner) numbers(most int, what string) ([]int, error) {
	if !s.take('[') {
		return nil, s.wrong(what + ", an array of numbers,")
	}
	out := s.room[:0]
	for !s.take(']') {
		if len(out) > 0 && !s.take(',') {
			return nil, s.wrong("a comma or ]")
		}
		if len(out) == most {
			return nil, fmt.Errorf("%s has more than %d numbers", what, most)
		}
		n, err := s.number(what)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// skip reads a value of any kind.
func (s *scanner) skip() error {
	s.peek()
	begin, depth := s.at, 0
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at = skipString(s.text, s.at)
		case c == '{' || c == '[':
			depth++
		case depth > 0 && (c == '}' || c == ']'):
			depth--
		case depth == 0 && (c == '}' || c == ','):
			return s.valid(begin)
		}
	}
	s.at = len(s.text)
	return s.wrong("a value")
}

// valid returns an error unless what has been read from begin on is a value.
func (s *scanner) valid(begin int) error {
	if json.Valid([]byte(s.text[begin:s.at])) {
		return nil
	}
	s.at = begin
	return s.wrong("a value")
}

// quote quotes the beginning of a text of the file, for an error.
func quote(text string) string { return strconv.Quote(trace.Excerpt(text)) }
