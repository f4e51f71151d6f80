package text

import "unicode/utf8"

const (
	lineStart    assertion = '^'
	lineEnd      assertion = '$'
	textStart    assertion = 'A'
	textEnd      assertion = 'z'
	lastLineEnd  assertion = 'Z'
	wordBoundary assertion = 'b'
	noBoundary   assertion = 'B'
)

// place is an instruction still to be tried at an offset of the text.
type place struct{ pc, at int }

// matcher runs a program on one text. It searches depth first and tries an instruction at
// most once at each offset: if it failed there it would fail again.
type matcher struct {
	prog  *program
	text  string
	tried []uint64 // a bit for each slot and offset
	marks []int    // the bits that are set
}

func newMatcher(prog *program, text string) *matcher {
	return &matcher{prog: prog, text: text, tried: make([]uint64, (prog.slots*(len(text)+1)+63)/64)}
}

// find returns the first match that starts at from or later.
func (m *matcher) find(from int) (s span, ok bool) {
	for at := from; at <= len(m.text); at += max(1, m.size(at)) {
		if end, ok := m.run(m.prog.entry, at); ok {
			m.forget()
			return span{at, end}, true
		}
	}
	return span{}, false
}

func (m *matcher) size(at int) int {
	_, size := utf8.DecodeRuneInString(m.text[at:])
	return size
}

// forget clears what was tried. The places that led to a match have not failed.
func (m *matcher) forget() {
	for _, bit := range m.marks {
		m.tried[bit/64] &^= 1 << (bit % 64)
	}
	m.marks = m.marks[:0]
}

// first reports whether the slot is tried for the first time at an offset.
func (m *matcher) first(slot, at int) bool {
	bit := slot*(len(m.text)+1) + at
	if m.tried[bit/64]>>(bit%64)&1 == 1 {
		return false
	}
	m.tried[bit/64] |= 1 << (bit % 64)
	m.marks = append(m.marks, bit)
	return true
}

// run matches from an instruction and an offset on, and returns where the match ends.
func (m *matcher) run(pc, at int) (end int, ok bool) {
	stack := make([]place, 0, 16)
	stack = append(stack, place{pc, at})
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for ok := true; ok; {
			in := &m.prog.insts[p.pc]
			switch in.op {
			case opMatch:
				return p.at, true
			case opSplit:
				if ok = m.first(in.slot, p.at); ok {
					stack = append(stack, place{in.y, p.at})
					p.pc = in.x
				}
			default:
				p, ok = m.step(in, p)
			}
		}
	}
	return 0, false
}

// step carries out an instruction that has one way to go on.
func (m *matcher) step(in *inst, p place) (place, bool) {
	switch in.op {
	case opOne:
		r, size := utf8.DecodeRuneInString(m.text[p.at:])
		return place{in.x, p.at + size}, size > 0 && in.set.has(r)
	case opAssert:
		return place{in.x, p.at}, m.holds(in.assert, p.at)
	case opAtomic:
		if !m.first(in.slot, p.at) {
			return p, false
		}
		end, ok := m.run(in.x, p.at)
		return place{in.y, end}, ok
	}
	if !m.first(in.slot, p.at) {
		return p, false
	}
	return place{in.y, p.at}, m.look(in, p.at) != in.negative
}

// look reports whether what a lookahead or lookbehind looks for is there.
func (m *matcher) look(in *inst, at int) bool {
	for range in.back {
		if at == 0 {
			return false
		}
		_, size := utf8.DecodeLastRuneInString(m.text[:at])
		at -= size
	}
	_, ok := m.run(in.x, at)
	return ok
}

func (m *matcher) holds(a assertion, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(m.text[:at])
	after, _ := utf8.DecodeRuneInString(m.text[at:])
	first, last := at == 0, at == len(m.text)
	switch a {
	case lineStart:
		return first || before == '\n'
	case lineEnd:
		return last || after == '\n'
	case textStart:
		return first
	case textEnd:
		return last
	case lastLineEnd:
		return last || after == '\n' && at == len(m.text)-1
	}
	boundary := (!first && isWord(before)) != (!last && isWord(after))
	return boundary == (a == wordBoundary)
}

// cut is a part of a text: a match, or what lies between two.
type cut struct {
	span
	match bool
}

// finder cuts a text into matches and the parts between them, in order. Only a match may
// be empty.
type finder interface{ cut(text string) []cut }

// cut makes a program a finder. An empty match does not follow another match directly.
func (prog *program) cut(text string) []cut {
	var out []cut
	m := newMatcher(prog, text)
	done, matched := 0, false // matched: a match ends at done
	for from := 0; from <= len(text); {
		s, ok := m.find(from)
		if !ok {
			break
		}
		if from = s.end; s.start == s.end {
			from += max(1, m.size(s.end))
			if matched && s.start == done {
				continue
			}
		}
		if s.start > done {
			out = append(out, cut{span{done, s.start}, false})
		}
		out = append(out, cut{s, true})
		done, matched = s.end, true
	}
	if done < len(text) {
		out = append(out, cut{span{done, len(text)}, false})
	}
	return out
}
