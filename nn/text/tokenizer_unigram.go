package text

import (
	"math"
	"slices"
	"unicode/utf8"
)

// unigram takes the most probable pieces of a word, each with a probability of its own
// (Kudo, "Subword Regularization", ACL 2018). Viterbi's algorithm finds them.
type unigram struct {
	vocabulary   map[string]int
	scores       []float64 // log-probabilities
	trie         *trie
	unknown      int     // -1: every character can be spelled by bytes
	unknownScore float64 // of a character that no piece covers
	byteFallback bool
}

// unknownPenalty is by how much an unknown character is less probable, in logarithms,
// than the least probable piece.
const unknownPenalty = 10

func (m *unigram) pieces() map[string]int { return m.vocabulary }

// arrival is the best way to a place of the word.
type arrival struct {
	score float64
	start int // where its last piece starts
	id    int // of its last piece; unknownPiece for a character that no piece covers
}

const unknownPiece = -2

func (m *unigram) tokenize(dst []unit, word string) []unit {
	best := m.viterbi(word)
	first := len(dst)
	for end := len(word); end > 0; end = best[end].start {
		dst = append(dst, unit{best[end].id, best[end].start, end})
	}
	slices.Reverse(dst[first:])
	return m.known(dst[:first], slices.Clone(dst[first:]), word)
}

func (m *unigram) viterbi(word string) []arrival {
	best := make([]arrival, len(word)+1)
	for i := range best {
		best[i] = arrival{math.Inf(-1), -1, unknownPiece}
	}
	best[0].score = 0
	for start := 0; start < len(word); {
		_, size := utf8.DecodeRuneInString(word[start:])
		single := false // a piece covers the character
		offer := func(end int, score float64, id int) {
			if score += best[start].score; best[end].start < 0 || score > best[end].score {
				best[end] = arrival{score, start, id}
			}
		}
		m.trie.prefixes(word[start:], func(length, id int) {
			offer(start+length, m.scores[id], id)
			single = single || length == size
		})
		if !single {
			offer(start+size, m.unknownScore, unknownPiece)
		}
		start += size
	}
	return best
}

// known appends the path with its unknown characters joined, then spelled by bytes or put
// as the unknown piece.
func (m *unigram) known(dst, path []unit, word string) []unit {
	unknown := func(u unit) bool { return u.id == unknownPiece || u.id == m.unknown }
	for i := 0; i < len(path); i++ {
		at := path[i]
		if !unknown(at) {
			dst = append(dst, at)
			continue
		}
		for i+1 < len(path) && unknown(path[i+1]) {
			i++
			at.end = path[i].end
		}
		dst = m.spelled(dst, at, word[at.start:at.end])
	}
	return dst
}

// spelled appends the pieces of unknown characters. They are a piece after all where a
// text has <unk>, say, written out.
func (m *unigram) spelled(dst []unit, at unit, chars string) []unit {
	if id, ok := m.vocabulary[chars]; ok {
		return append(dst, unit{id, at.start, at.end})
	}
	if m.byteFallback {
		if bytes, ok := spell(m.vocabulary, chars, at); ok {
			return append(dst, bytes...)
		}
	}
	return append(dst, unit{m.unknown, at.start, at.end})
}

func readUnigram(p part) (model, error) {
	var f struct {
		Vocab        []scoredPiece `json:"vocab"`
		Unknown      *int          `json:"unk_id"`
		ByteFallback bool          `json:"byte_fallback"`
	}
	if err := p.decode(&f); err != nil {
		return nil, err
	}
	m := &unigram{vocabulary: make(map[string]int, len(f.Vocab)), trie: newTrie(), unknown: -1, byteFallback: f.ByteFallback}
	least := math.Inf(1)
	for id, v := range f.Vocab {
		m.vocabulary[v.piece] = id
		m.scores = append(m.scores, v.score)
		if least = min(least, v.score); v.piece != "" {
			m.trie.insert(v.piece, id)
		}
	}
	m.unknownScore = least - unknownPenalty
	if f.Unknown == nil {
		_, ok := spell(m.vocabulary, everyByte(), unit{})
		if !ok || !f.ByteFallback {
			return nil, p.errorf("there is no unk_id and not all bytes are pieces, so an unknown character has no id")
		}
		return m, nil
	}
	if m.unknown = *f.Unknown; m.unknown < 0 || m.unknown >= len(f.Vocab) {
		return nil, p.errorf("unk_id is %d, but the vocabulary has %d pieces", m.unknown, len(f.Vocab))
	}
	return m, nil
}

// everyByte returns all bytes, in order.
func everyByte() string {
	out := make([]byte, 256)
	for i := range out {
		out[i] = byte(i)
	}
	return string(out)
}
