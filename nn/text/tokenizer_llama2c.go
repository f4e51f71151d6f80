package text

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// The vocabulary of llama2.c starts with <unk>, the beginning and the end of a text, and
// the bytes.
const (
	llama2CBegin = 1
	llama2CEnd   = 2
	llama2CBytes = 3
	llama2CLeast = llama2CBytes + 256
)

// ReadLlama2C reads the tokenizer.bin of llama2.c: the length of the longest piece as an
// int32, then for each piece its score as a float32, its length as an int32, and its
// bytes, all little endian. A text gets a blank in front and is split into characters.
// Then the adjacent pair whose joint piece has the highest score becomes one, until none
// has. Encode puts piece 1 in front; Decode drops the blank again.
//
// It returns an error for a file that ends too early, that has a piece longer than the
// longest, or that has no pieces for all bytes.
func ReadLlama2C(r io.Reader) (*Tokenizer, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: llama2.c: %w", err)
	}
	pieces, scores, err := parseLlama2C(raw)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: llama2.c: %w", err)
	}
	table := newScored(pieces, scores)
	t := &Tokenizer{
		normalizer: normalizeWith(func(a aligned) aligned { return a.prepend(" ") }),
		model:      &bpe{vocabulary: table.ids, merges: table, unknown: -1, byteFallback: true},
		post:       template{single: []slot{beginLlama2C(pieces), {input: 0}}, pair: []slot{beginLlama2C(pieces), {input: 0}, {input: 1}}},
		decoder:    decodeWith(decodeLlama2C),
	}
	special := []addedToken{{ID: llama2CBegin, Content: pieces[llama2CBegin], Special: true}, {ID: llama2CEnd, Content: pieces[llama2CEnd], Special: true}}
	if err := t.list(special); err != nil {
		return nil, err
	}
	t.added = newAdded(nil, nil) // a text cannot spell them
	return t, nil
}

func beginLlama2C(pieces []string) slot {
	return slot{input: -1, tokens: []special{{pieces[llama2CBegin], llama2CBegin}}}
}

// decodeLlama2C spells bytes and drops the blank that Encode put in front.
func decodeLlama2C(pieces []string) []string {
	var b strings.Builder
	for _, piece := range pieces {
		b.WriteString(fromByte(piece))
	}
	return []string{strings.TrimPrefix(b.String(), " ")}
}

func parseLlama2C(raw []byte) (pieces []string, scores []float32, err error) {
	if len(raw) < 4 {
		return nil, nil, errors.New("the file has no header")
	}
	longest := int64(int32(binary.LittleEndian.Uint32(raw)))
	for rest := raw[4:]; len(rest) > 0; {
		if len(rest) < 8 {
			return nil, nil, fmt.Errorf("the file ends within piece %d", len(pieces))
		}
		score := math.Float32frombits(binary.LittleEndian.Uint32(rest))
		size := int64(int32(binary.LittleEndian.Uint32(rest[4:])))
		if size < 0 || size > longest {
			return nil, nil, fmt.Errorf("piece %d has %d bytes, but the longest has %d: is it a tokenizer.bin?", len(pieces), size, longest)
		}
		if rest = rest[8:]; size > int64(len(rest)) {
			return nil, nil, fmt.Errorf("the file ends within piece %d", len(pieces))
		}
		if score != score {
			return nil, nil, fmt.Errorf("piece %d has the score NaN", len(pieces))
		}
		pieces, scores = append(pieces, string(rest[:size])), append(scores, score)
		rest = rest[size:]
	}
	return pieces, scores, checkLlama2C(pieces)
}

// checkLlama2C reports a vocabulary without the bytes.
func checkLlama2C(pieces []string) error {
	if len(pieces) < llama2CLeast {
		return fmt.Errorf("the file has %d pieces, fewer than the %d of bytes and special tokens", len(pieces), llama2CLeast)
	}
	seen := make(map[string]int, len(pieces))
	for i, piece := range pieces {
		if b := i - llama2CBytes; b >= 0 && b < 256 && piece != bytePiece(byte(b)) {
			return fmt.Errorf("piece %d is %q, not the byte %s", i, piece, bytePiece(byte(b)))
		}
		if first, twice := seen[piece]; twice {
			return fmt.Errorf("pieces %d and %d are both %q", first, i, piece)
		}
		seen[piece] = i
	}
	return nil
}
