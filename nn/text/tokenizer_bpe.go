package text

import (
	"cmp"
	"fmt"
	"slices"
	"unicode/utf8"
)

// unit is a piece of the vocabulary that stands for a range of bytes of a word.
type unit struct {
	id         int
	start, end int
}

// model splits words into pieces of a vocabulary.
type model interface {
	// tokenize appends the units of a word.
	tokenize(dst []unit, word string) []unit
	// pieces returns the vocabulary.
	pieces() map[string]int
}

type pair struct{ left, right int }

// merge is what a pair becomes, and how early.
type merge struct{ rank, id int }

// merges tells which pairs become one.
type merges interface {
	merge(left, right int) (merge, bool)
}

type mergeTable map[pair]merge

func (t mergeTable) merge(left, right int) (merge, bool) {
	m, ok := t[pair{left, right}]
	return m, ok
}

// bpe is byte pair encoding (Sennrich, Haddow and Birch, "Neural Machine Translation of
// Rare Words with Subword Units", ACL 2016). A word is split into characters. Then the
// adjacent pair of the lowest rank becomes one, the leftmost of equals first, until no
// pair has a merge.
type bpe struct {
	vocabulary   map[string]int
	merges       merges
	unknown      int // -1: a character that is not in the vocabulary is left out
	fuse         bool
	byteFallback bool
	whole        bool   // a word that is in the vocabulary is not split
	prefix       string // of all characters of a word but the first
	suffix       string // of the last one
}

func (m *bpe) pieces() map[string]int { return m.vocabulary }

func (m *bpe) tokenize(dst []unit, word string) []unit {
	if id, ok := m.vocabulary[word]; ok && m.whole {
		return append(dst, unit{id, 0, len(word)})
	}
	return mergeAll(dst, m.characters(word), m.merges)
}

// characters returns the units that merging starts from.
func (m *bpe) characters(word string) []unit {
	out := make([]unit, 0, len(word))
	unknown := false // the last unit is of unknown characters, and more may join it
	for i := 0; i < len(word); {
		_, size := utf8.DecodeRuneInString(word[i:])
		char := word[i : i+size]
		if i > 0 {
			char = m.prefix + char
		}
		if i+size == len(word) {
			char += m.suffix
		}
		at := unit{m.unknown, i, i + size}
		i += size
		if id, ok := m.vocabulary[char]; ok {
			at.id, unknown = id, false
			out = append(out, at)
			continue
		}
		if bytes, ok := m.bytes(char, at); ok {
			out, unknown = append(out, bytes...), false
			continue
		}
		switch {
		case m.unknown >= 0 && m.fuse && unknown:
			out[len(out)-1].end = at.end
		case m.unknown >= 0:
			out, unknown = append(out, at), true
		}
	}
	return out
}

// bytes returns the pieces <0x00> to <0xFF> that spell a character.
func (m *bpe) bytes(char string, at unit) ([]unit, bool) {
	if !m.byteFallback {
		return nil, false
	}
	return spell(m.vocabulary, char, at)
}

// spell returns the pieces <0x00> to <0xFF> of the bytes of s, each with its own place as
// far as at reaches.
func spell(vocabulary map[string]int, s string, at unit) ([]unit, bool) {
	out := make([]unit, len(s))
	for i := range len(s) {
		id, ok := vocabulary[bytePiece(s[i])]
		if !ok {
			return nil, false
		}
		out[i] = unit{id, min(at.start+i, at.end), min(at.start+i+1, at.end)}
	}
	return out, true
}

func bytePiece(b byte) string { return fmt.Sprintf("<0x%02X>", b) }

// symbol is a unit of a word in a list that merging shortens.
type symbol struct {
	unit
	prev, next int // -1 at the ends
}

// candidate is a merge of the symbol at a place with the next one.
type candidate struct {
	merge
	pair
	at int
}

func (c candidate) before(d candidate) bool {
	return c.rank < d.rank || c.rank == d.rank && c.at < d.at
}

// candidates is a binary heap: no candidate comes before its parent. It is written out
// because container/heap allocates for each candidate that it takes or gives.
type candidates []candidate

func (c *candidates) push(add candidate) {
	h := append(*c, add)
	i := len(h) - 1
	for ; i > 0 && add.before(h[(i-1)/2]); i = (i - 1) / 2 {
		h[i] = h[(i-1)/2]
	}
	h[i], *c = add, h
}

// pop takes the first candidate. There is one.
func (c *candidates) pop() candidate {
	h := *c
	first, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	i := 0
	for child := 1; child < len(h); child = 2*i + 1 {
		if child+1 < len(h) && h[child+1].before(h[child]) {
			child++
		}
		if !h[child].before(last) {
			break
		}
		h[i] = h[child]
		i = child
	}
	if len(h) > 0 {
		h[i] = last
	}
	*c = h
	return first
}

// mergeAll appends what merging makes of the units. A heap has the merges that are
// possible, so n characters cost n log n steps.
func mergeAll(dst, units []unit, table merges) []unit {
	if len(units) == 0 {
		return dst
	}
	symbols := make([]symbol, len(units))
	queue := make(candidates, 0, len(units))
	for i, u := range units {
		symbols[i] = symbol{u, i - 1, i + 1}
	}
	symbols[len(units)-1].next = -1
	propose := func(at int) {
		if at < 0 || symbols[at].next < 0 {
			return
		}
		p := pair{symbols[at].id, symbols[symbols[at].next].id}
		if m, ok := table.merge(p.left, p.right); ok {
			queue.push(candidate{m, p, at})
		}
	}
	for i := range symbols {
		propose(i)
	}
	for len(queue) > 0 {
		c := queue.pop()
		left := &symbols[c.at]
		if left.next < 0 || left.id != c.left || symbols[left.next].id != c.right {
			continue // one of them is part of another merge by now
		}
		right := &symbols[left.next]
		left.id, left.end, left.next = c.id, right.end, right.next
		if right.id = -1; left.next >= 0 {
			symbols[left.next].prev = c.at
		}
		propose(left.prev)
		propose(c.at)
	}
	for i := 0; i >= 0; i = symbols[i].next {
		dst = append(dst, symbols[i].unit)
	}
	return dst
}

// bpeFile is the model of a file.
type bpeFile struct {
	Vocab        map[string]int `json:"vocab"`
	Unknown      *string        `json:"unk_token"`
	Prefix       string         `json:"continuing_subword_prefix"`
	Suffix       string         `json:"end_of_word_suffix"`
	Fuse         bool           `json:"fuse_unk"`
	ByteFallback bool           `json:"byte_fallback"`
	Whole        bool           `json:"ignore_merges"`
	Merges       []mergeLine    `json:"merges"`
}

func readBPE(p part) (model, error) {
	var f bpeFile
	if err := p.decode(&f); err != nil {
		return nil, err
	}
	m := &bpe{vocabulary: f.Vocab, unknown: -1, fuse: f.Fuse, byteFallback: f.ByteFallback, whole: f.Whole, prefix: f.Prefix, suffix: f.Suffix}
	if f.Unknown != nil {
		id, ok := f.Vocab[*f.Unknown]
		if !ok {
			return nil, p.errorf("unk_token %q is not in the vocabulary", *f.Unknown)
		}
		m.unknown = id
	}
	table := make(mergeTable, len(f.Merges))
	for rank, line := range f.Merges {
		left, okLeft := f.Vocab[line.left]
		right, okRight := f.Vocab[line.right]
		id, okBoth := f.Vocab[line.joined(f.Prefix)]
		if !okLeft || !okRight || !okBoth {
			return nil, p.errorf("merges[%d]: %q, %q or what they become is not in the vocabulary", rank, line.left, line.right)
		}
		table[pair{left, right}] = merge{rank, id}
	}
	m.merges = table
	return m, nil
}

// scored has the merges of a vocabulary with scores in place of an order: two pieces
// become one if the vocabulary has it, the highest score first.
type scored struct {
	pieces []string
	ids    map[string]int
	ranks  []int // of each piece: 0 has the highest score
}

func newScored(pieces []string, scores []float32) scored {
	s := scored{pieces, make(map[string]int, len(pieces)), make([]int, len(pieces))}
	order := make([]int, len(pieces))
	for i, piece := range pieces {
		order[i] = i
		if _, twice := s.ids[piece]; !twice {
			s.ids[piece] = i
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(scores[j], scores[i]) })
	for k := 1; k < len(order); k++ {
		s.ranks[order[k]] = s.ranks[order[k-1]]
		if scores[order[k]] != scores[order[k-1]] {
			s.ranks[order[k]]++
		}
	}
	return s
}

func (s scored) merge(left, right int) (merge, bool) {
	id, ok := s.ids[s.pieces[left]+s.pieces[right]]
	if !ok {
		return merge{}, false
	}
	return merge{s.ranks[id], id}, true
}
