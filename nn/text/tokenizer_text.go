package text

import "unicode/utf8"

// span is a half-open range of bytes of the input.
type span struct{ start, end int }

// join returns the least span that has both.
func (s span) join(t span) span { return span{min(s.start, t.start), max(s.end, t.end)} }

// aligned is a text, rewritten perhaps, with the span of the input that each of its bytes
// came from. All bytes of a character have the same span.
type aligned struct {
	text string
	from []span
}

// align returns the input as it is. A byte that is not UTF-8 is a character of its own.
func align(s string) aligned {
	from := make([]span, len(s))
	for i := 0; i < len(s); {
		_, size := utf8.DecodeRuneInString(s[i:])
		for j := i; j < i+size; j++ {
			from[j] = span{i, i + size}
		}
		i += size
	}
	return aligned{s, from}
}

func (a aligned) slice(i, j int) aligned { return aligned{a.text[i:j], a.from[i:j]} }

// span returns the span of the input that a came from. a is not empty.
func (a aligned) span() span { return span{a.from[0].start, a.from[len(a.from)-1].end} }

// builder makes an aligned text.
type builder struct {
	text []byte
	from []span
}

func newBuilder(size int) *builder {
	return &builder{make([]byte, 0, size), make([]span, 0, size)}
}

// add appends s, which stands for the span at of the input.
func (b *builder) add(s string, at span) {
	b.text = append(b.text, s...)
	for range len(s) {
		b.from = append(b.from, at)
	}
}

func (b *builder) keep(a aligned) {
	b.text = append(b.text, a.text...)
	b.from = append(b.from, a.from...)
}

func (b *builder) aligned() aligned { return aligned{string(b.text), b.from} }

// rewrite calls f for each character of a, in order, with the character as a part of a.
// What f adds to the builder is the new text.
func (a aligned) rewrite(f func(b *builder, r rune, part aligned)) aligned {
	b := newBuilder(len(a.text))
	for i := 0; i < len(a.text); {
		r, size := utf8.DecodeRuneInString(a.text[i:])
		f(b, r, a.slice(i, i+size))
		i += size
	}
	return b.aligned()
}

// filter keeps the characters that keep holds for.
func (a aligned) filter(keep func(rune) bool) aligned {
	return a.rewrite(func(b *builder, r rune, part aligned) {
		if keep(r) {
			b.keep(part)
		}
	})
}

// prepend puts s in front of a. s stands for the first character of a, as the published
// tokenizers have it.
func (a aligned) prepend(s string) aligned {
	if a.text == "" {
		return a
	}
	b := newBuilder(len(s) + len(a.text))
	b.add(s, a.from[0])
	b.keep(a)
	return b.aligned()
}

// replace puts content in place of every match.
func (a aligned) replace(find finder, content string) aligned {
	b := newBuilder(len(a.text))
	for _, m := range find.cut(a.text) {
		switch part := a.slice(m.start, m.end); {
		case !m.match:
			b.keep(part)
		case part.text != "":
			b.add(content, part.span())
		}
	}
	return b.aligned()
}
