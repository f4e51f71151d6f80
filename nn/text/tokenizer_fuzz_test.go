package text

import (
	"bytes"
	"testing"
)

// smallFiles has a tokenizer of each model, with the other kinds of parts among them.
var smallFiles = []string{
	`{"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"Ġ":3,"Ġab":4},"merges":["a b",["Ġ","ab"]]},
	"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":true},"decoder":{"type":"ByteLevel"},
	"post_processor":{"type":"RobertaProcessing","sep":["b",1],"cls":["a",0],"trim_offsets":true}}`,
	`{"model":{"type":"BPE","unk_token":"u","fuse_unk":true,"byte_fallback":true,
	"vocab":{"u":0,"▁":1,"▁a":2,"a":3,"<0x41>":4},"merges":["▁ a"]},
	"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"Regex":" (?!b)"},"content":"▁"}]},
	"decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
	"added_tokens":[{"id":5,"content":"<s>","lstrip":true,"rstrip":true,"single_word":true,"special":true}]}`,
	`{"model":{"type":"BPE","unk_token":"u","continuing_subword_prefix":"@","end_of_word_suffix":"/","vocab":{"u":0,"a":1,"@b/":2,"ab/":3},"merges":["a @b/"]},
	"pre_tokenizer":{"type":"Sequence","pretokenizers":[
	{"type":"Split","pattern":{"String":"b"},"behavior":"MergedWithNext","invert":true},{"type":"Digits","individual_digits":false}]},
	"decoder":{"type":"BPEDecoder","suffix":"/"}}`,
	`{"model":{"type":"WordPiece","vocab":{"[UNK]":0,"a":1,"##b":2}},"normalizer":{"type":"BertNormalizer"},
	"pre_tokenizer":{"type":"BertPreTokenizer"},"decoder":{"type":"WordPiece"},
	"post_processor":{"type":"TemplateProcessing",
	"single":[{"SpecialToken":{"id":"c","type_id":0}},{"Sequence":{"id":"A","type_id":1}}],"special_tokens":{"c":{"ids":[1],"tokens":["a"]}}}}`,
	`{"model":{"type":"Unigram","unk_id":0,"byte_fallback":true,"vocab":[["u",0],["a",-1],["▁a",-1.5],["<0x41>",-3]]},"normalizer":{"type":"NFKC"},
	"pre_tokenizer":{"type":"Metaspace","prepend_scheme":"first"},"decoder":{"type":"Metaspace"},
	"added_tokens":[{"id":4,"content":"é","normalized":true}]}`,
	`{"model":{"type":"WordLevel","vocab":{"<unk>":0,"a":1}},"normalizer":{"type":"Precompiled","precompiled_charsmap":"CAAAAAAAAAAAAAAAYQA="},
	"pre_tokenizer":{"type":"Whitespace"},"decoder":{"type":"Replace","pattern":{"Regex":"[a-b]+?"},"content":""}}`,
}

// A file and a text, whatever they are, give an error or tokens that hold together.
func FuzzTokenizer(f *testing.F) {
	for _, file := range smallFiles {
		if _, err := ReadTokenizer(bytes.NewReader([]byte(file))); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(file), "a ab <s> é 12\xffA")
	}
	f.Fuzz(func(t *testing.T, file []byte, s string) {
		tok, err := ReadTokenizer(bytes.NewReader(file))
		if err != nil || len(s) > 1000 {
			return
		}
		e := tok.Encode(s)
		for _, token := range e {
			if piece, ok := tok.Piece(token.ID); !ok || piece != token.Piece || token.Start > token.End || token.End > len(s) {
				t.Errorf("%q: token %+v", s, token)
			}
		}
		tok.Decode(e.IDs())
		tok.EncodePair(s, s)
	})
}

func FuzzPattern(f *testing.F) {
	f.Add(gptPattern, "it's 12  \n\xff")
	f.Add(`(?<=a|b)(?>c+)[^\p{Lu}&-]{2,3}?\b(?i)x$`, "acccdDX")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if prog, err := compile(pattern); err == nil && len(s) < 200 {
			at := 0
			for _, c := range prog.cut(s) {
				if c.start != at || c.end < c.start {
					t.Fatalf("%q in %q: %v after %d", pattern, s, c, at)
				}
				at = c.end
			}
		}
	})
}
