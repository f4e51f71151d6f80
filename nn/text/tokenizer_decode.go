package text

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// decoder turns pieces into parts of a text.
type decoder interface {
	decode(pieces []string) []string
}

type decodeWith func([]string) []string

func (f decodeWith) decode(pieces []string) []string { return f(pieces) }

type decoders []decoder

func (all decoders) decode(pieces []string) []string {
	for _, one := range all {
		pieces = one.decode(pieces)
	}
	return pieces
}

// each decodes piece by piece.
func each(f func(i int, piece string) string) decoder {
	return decodeWith(func(pieces []string) []string {
		out := make([]string, len(pieces))
		for i, piece := range pieces {
			out[i] = f(i, piece)
		}
		return out
	})
}

func readDecoder(p part) (decoder, error) {
	plain := func(d decoder) func(part) (decoder, error) {
		return func(part) (decoder, error) { return d, nil }
	}
	return choose(p, map[string]func(part) (decoder, error){
		"ByteLevel":    plain(each(func(_ int, piece string) string { return unspell(piece) })),
		"WordPiece":    readWordPieceDecoder,
		"Metaspace":    readMetaspaceDecoder,
		"BPEDecoder":   readSuffixDecoder,
		"ByteFallback": plain(each(func(_ int, piece string) string { return fromByte(piece) })),
		"Fuse":         plain(decodeWith(fuse)),
		"Strip":        readStripDecoder,
		"Replace":      readReplaceDecoder,
		"Sequence": func(p part) (decoder, error) {
			all, err := list(p, "decoders", readDecoder)
			return decoders(all), err
		},
	})
}

func fuse(pieces []string) []string { return []string{strings.Join(pieces, "")} }

// unspell returns the bytes that a byte-level piece spells, or the piece if it spells
// none.
func unspell(piece string) string {
	out := make([]byte, 0, len(piece))
	for _, r := range piece {
		b, ok := runeByte(r)
		if !ok {
			return piece
		}
		out = append(out, b)
	}
	return string(out)
}

// fromByte returns the byte of a piece <0x00> to <0xFF>, and any other piece as it is.
func fromByte(piece string) string {
	if len(piece) != 6 || !strings.HasPrefix(piece, "<0x") || piece[5] != '>' {
		return piece
	}
	b, err := strconv.ParseUint(piece[3:5], 16, 8)
	if err != nil {
		return piece
	}
	return string([]byte{byte(b)})
}

func readWordPieceDecoder(p part) (decoder, error) {
	f := struct {
		Prefix  string `json:"prefix"`
		Cleanup bool   `json:"cleanup"`
	}{"##", true}
	err := p.decode(&f)
	return each(func(i int, piece string) string {
		if rest, ok := strings.CutPrefix(piece, f.Prefix); ok && i > 0 {
			piece = rest
		} else if i > 0 {
			piece = " " + piece
		}
		if f.Cleanup {
			piece = tidy(piece)
		}
		return piece
	}), err
}

// tidy drops the blanks that English does not have in front of marks and contractions.
func tidy(piece string) string {
	for _, mark := range []string{".", "?", "!", ",", "n't", "'m", "'s", "'ve", "'re"} {
		switch mark {
		case "n't":
			piece = strings.ReplaceAll(piece, " ' ", "'")
		case "'s":
			piece = strings.ReplaceAll(piece, " do not", " don't")
		}
		piece = strings.ReplaceAll(piece, " "+mark, mark)
	}
	return piece
}

func readMetaspaceDecoder(p part) (decoder, error) {
	m, err := metaspaceOf(p)
	return each(func(i int, piece string) string {
		if i == 0 && m.when != "never" {
			return strings.ReplaceAll(piece, m.mark, "")
		}
		return strings.ReplaceAll(piece, m.mark, " ")
	}), err
}

// readSuffixDecoder reads BPEDecoder: a suffix ends a word, and a blank follows it.
func readSuffixDecoder(p part) (decoder, error) {
	f := struct {
		Suffix string `json:"suffix"`
	}{"</w>"}
	err := p.decode(&f)
	return decodeWith(func(pieces []string) []string {
		out := make([]string, len(pieces))
		for i, piece := range pieces {
			blank := " "
			if i == len(pieces)-1 {
				blank = ""
			}
			out[i] = strings.ReplaceAll(piece, f.Suffix, blank)
		}
		return out
	}), err
}

func readStripDecoder(p part) (decoder, error) {
	var f struct {
		Content string `json:"content"`
		Start   int    `json:"start"`
		Stop    int    `json:"stop"`
	}
	if err := p.decode(&f); err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(f.Content) != 1 {
		return nil, p.errorf("content %q is not one character", f.Content)
	}
	return each(func(_ int, piece string) string {
		for range min(f.Start, len(piece)) {
			piece = strings.TrimPrefix(piece, f.Content)
		}
		for range min(f.Stop, len(piece)) {
			piece = strings.TrimSuffix(piece, f.Content)
		}
		return piece
	}), nil
}

func readReplaceDecoder(p part) (decoder, error) {
	find, content, err := readReplacement(p)
	return each(func(_ int, piece string) string {
		var b strings.Builder
		for _, c := range find.cut(piece) {
			if c.match {
				b.WriteString(content)
			} else {
				b.WriteString(piece[c.start:c.end])
			}
		}
		return b.String()
	}), err
}
