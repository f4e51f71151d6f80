package text_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/pullback-go/pullback/nn/text"
)

// A file of a few words. Others come from LoadTokenizer("tokenizer.json").
const words = `{
	"normalizer": {"type": "BertNormalizer", "lowercase": true},
	"pre_tokenizer": {"type": "BertPreTokenizer"},
	"model": {"type": "WordPiece", "unk_token": "[UNK]",
		"vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "cafe": 4, "relevant": 5, "##ly": 6, ",": 7}},
	"post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 1], "sep": ["[SEP]", 2]},
	"decoder": {"type": "WordPiece"},
	"added_tokens": [{"id": 1, "content": "[CLS]", "special": true}, {"id": 2, "content": "[SEP]", "special": true}]}`

func ExampleReadTokenizer() {
	tok, err := text.ReadTokenizer(strings.NewReader(words))
	if err != nil {
		log.Fatal(err)
	}
	ids := tok.Encode("A café, relevantly").IDs()
	fmt.Println(ids)
	fmt.Println(tok.Decode(ids))
	// Output:
	// [1 3 4 7 5 6 2]
	// a cafe, relevantly
}

// Each token has the bytes of the text that it stands for.
func ExampleToken() {
	tok, err := text.ReadTokenizer(strings.NewReader(words))
	if err != nil {
		log.Fatal(err)
	}
	const s = "A café, relevantly"
	for _, token := range tok.EncodePlain(s) {
		fmt.Printf("%-8s %q\n", token.Piece, s[token.Start:token.End])
	}
	// Output:
	// a        "A"
	// cafe     "café"
	// ,        ","
	// relevant "relevant"
	// ##ly     "ly"
}

func ExampleTokenizer_Fits() {
	tok, err := text.ReadTokenizer(strings.NewReader(words))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(tok.Fits(5))
	fmt.Println(tok.Encode("a cafe").Fits(3))
	// Output:
	// tokenizer: it has ids up to 7 (","), but the model has a vocabulary of 5: is it of another model?
	// tokenizer: the text has 4 tokens, but the model takes 3: shorten the text
}
