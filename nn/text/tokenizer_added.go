package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// addedToken is a piece that is found in the text before it is split.
type addedToken struct {
	ID         int    `json:"id"`
	Content    string `json:"content"`
	Single     bool   `json:"single_word"` // no word character at either side
	Left       bool   `json:"lstrip"`      // takes the white space on its left
	Right      bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"` // is looked for in the normalized text
	Special    bool   `json:"special"`    // is not shown when decoded
}

// added are the added tokens.
type added struct {
	tokens     []addedToken
	raw        *trie // of those that are looked for in the input as it is
	normalized *trie
}

func newAdded(tokens []addedToken, n normalizer) added {
	out := added{tokens, newTrie(), newTrie()}
	for i, t := range tokens {
		switch {
		case t.Content == "":
		case !t.Normalized:
			out.raw.insert(t.Content, i)
		case n == nil:
			out.normalized.insert(t.Content, i)
		default:
			if content := n.normalize(align(t.Content)).text; content != "" {
				out.normalized.insert(content, i)
			}
		}
	}
	return out
}

// chunk is a part of a text: an added token or, with token -1, what is to be split.
type chunk struct {
	aligned
	token int
}

// cut finds the tokens of a trie, the leftmost first and the longest of those.
func (d added) cut(a aligned, t *trie) []chunk {
	var out []chunk
	done := 0
	for i := 0; i < len(a.text); {
		length, token := 0, -1
		t.prefixes(a.text[i:], func(n, v int) { length, token = n, v })
		if token < 0 {
			i++
			continue
		}
		start, end := i, i+length
		i = end
		if start, end, ok := d.tokens[token].fits(a.text, done, start, end); ok {
			if done < start {
				out = append(out, chunk{a.slice(done, start), -1})
			}
			out = append(out, chunk{a.slice(start, end), token})
			done, i = end, end
		}
	}
	if done < len(a.text) {
		out = append(out, chunk{a.slice(done, len(a.text)), -1})
	}
	return out
}

// fits reports whether a token may be at a place, and what it takes of the text there. It
// takes nothing from before done.
func (t addedToken) fits(text string, done, start, end int) (int, int, bool) {
	if t.Single {
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if start > 0 && isWordStrictly(before) || end < len(text) && isWordStrictly(after) {
			return start, end, false
		}
	}
	if t.Left {
		start = max(done, len(strings.TrimRightFunc(text[:start], unicode.IsSpace)))
	}
	if t.Right {
		end = len(text) - len(strings.TrimLeftFunc(text[end:], unicode.IsSpace))
	}
	return start, end, true
}
