package text

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf8"
)

// charsMap is the table by which sentencepiece normalizes: a double-array trie of
// strings, whose values are places in a list of replacements, each ended by a zero byte.
type charsMap struct {
	units        []uint32
	replacements string
}

// maxMapped bounds, in bytes, the clusters that are looked up as a whole.
const maxMapped = 5

// normalize replaces short clusters of a character and its marks. Of a cluster that is
// long, or that the table lacks, it replaces character by character.
func (m charsMap) normalize(a aligned) aligned {
	b := newBuilder(len(a.text))
	for i := 0; i < len(a.text); {
		part := a.slice(i, i+clusterSize(a.text[i:]))
		i += len(part.text)
		if with, ok := m.lookup(part.text); ok && len(part.text) <= maxMapped {
			b.add(with, part.span())
			continue
		}
		part.rewrite(func(_ *builder, _ rune, char aligned) {
			if with, ok := m.lookup(char.text); ok {
				b.add(with, char.span())
			} else {
				b.keep(char)
			}
		})
	}
	return b.aligned()
}

// lookup returns the replacement of the shortest string of the table that s begins with.
// A unit has its label in the low byte, the offset of its children from bit 10 on,
// shifted by 8 if bit 9 is set, and in bit 8 whether a string ends there. The value of
// that string is the child with label 0.
func (m charsMap) lookup(s string) (string, bool) {
	at := uint32(0)
	offset := func(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }
	at ^= offset(m.units[0])
	for i := range len(s) {
		at ^= uint32(s[i])
		if s[i] == 0 || at >= uint32(len(m.units)) || m.units[at]&(1<<31|0xFF) != uint32(s[i]) {
			return "", false
		}
		unit := m.units[at]
		if at ^= offset(unit); unit>>8&1 == 1 && at < uint32(len(m.units)) {
			return m.replacement(m.units[at] &^ (1 << 31))
		}
	}
	return "", false
}

func (m charsMap) replacement(at uint32) (string, bool) {
	if at > uint32(len(m.replacements)) {
		return "", false
	}
	with, _, _ := strings.Cut(m.replacements[at:], "\x00")
	return with, true
}

// clusterSize returns the bytes of the first cluster of s: a character with the marks and
// joiners after it, or a line end of two characters.
func clusterSize(s string) int {
	if strings.HasPrefix(s, "\r\n") {
		return 2
	}
	first, size := utf8.DecodeRuneInString(s)
	if !isExtending(first) && unicode.In(first, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
		return size // a control has no marks
	}
	for size < len(s) {
		r, n := utf8.DecodeRuneInString(s[size:])
		if !isExtending(r) {
			break
		}
		size += n
	}
	return size
}

// isExtending reports whether r belongs to the cluster of the character before it.
func isExtending(r rune) bool {
	const joiner, thaiAm, laoAm = '\u200d', '\u0e33', '\u0eb3'
	skinTone := 0x1F3FB <= r && r <= 0x1F3FF
	return skinTone || r == joiner || r == thaiAm || r == laoAm || unicode.In(r, unicode.M, unicode.Other_Grapheme_Extend)
}

func readPrecompiled(p part) (normalizer, error) {
	var f struct {
		Map []byte `json:"precompiled_charsmap"`
	}
	if err := p.decode(&f); err != nil {
		return nil, err
	}
	if len(f.Map) < 4 {
		return nil, p.errorf("precompiled_charsmap has %d bytes and no header", len(f.Map))
	}
	size, rest := int64(binary.LittleEndian.Uint32(f.Map)), f.Map[4:]
	if size == 0 || size%4 != 0 || size > int64(len(rest)) {
		return nil, p.errorf("precompiled_charsmap has a trie of %d bytes, but %d bytes follow", size, len(rest))
	}
	m := charsMap{make([]uint32, size/4), string(bytes.ToValidUTF8(rest[size:], nil))}
	for i := range m.units {
		m.units[i] = binary.LittleEndian.Uint32(rest[4*i:])
	}
	return m, nil
}
