package vision_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/nn/vision"
)

var wholePreprocess = vision.Preprocess{
	Size: vision.Size{Height: 3, Width: 5}, Filter: vision.Lanczos, Crop: vision.Size{Height: 2, Width: 4}, Channels: vision.BGR, Layout: vision.NHWC,
	Scale: 0.5, Mean: []float64{1, 2, 3}, Std: []float64{4}, Background: [3]uint8{7, 8, 9},
}

func TestPreprocessAsJSON(t *testing.T) {
	for want, p := range map[string]vision.Preprocess{
		`{}`: {},
		`{"size":[3,5],"filter":"lanczos","crop":[2,4],"channels":"bgr","layout":"nhwc","scale":0.5,"mean":[1,2,3],"std":[4],"background":[7,8,9]}`: wholePreprocess,
		`{"short":256,"filter":"bicubic","channels":"gray"}`: {Short: 256, Filter: vision.Bicubic, Channels: vision.Gray},
	} {
		text, err := json.Marshal(p)
		if err != nil || string(text) != want {
			t.Errorf("got  %s, %v\nwant %s", text, err, want)
		}
		got := wholePreprocess // of which nothing must be left
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%s: got %+v, %v, want %+v", text, got, err, p)
		}
	}
	if _, err := json.Marshal(vision.Preprocess{Std: []float64{-1}}); err == nil || !strings.Contains(err.Error(), "std is [-1]: it must be positive") {
		t.Errorf("got %v", err)
	}
	if _, err := vision.Filter(7).MarshalText(); err == nil || err.Error() != "filter is 7, which is none of bilinear, bicubic, box, lanczos" {
		t.Errorf("got %v", err)
	}
	if got := vision.Box.String() + vision.Filter(7).String() + vision.BGR.String() + vision.NHWC.String(); got != "boxFilter(7)bgrnhwc" {
		t.Errorf("got %s", got)
	}
}

// wrongJSON has texts and the reason for which they are refused.
var wrongJSON = map[string]string{
	`[]`:                       "want an object {...}",
	`7`:                        "want an object {...}",
	`null`:                     "want an object {...}",
	`{"meen":[1]}`:             `no field is named "meen": the nearest names are mean, `,
	`{"Short":5}`:              `no field is named "Short"`,
	`{"short":5,"short":5}`:    "short is there twice",
	`{"short":"5"}`:            `short: got "5", want a whole number`,
	`{"short":1.5}`:            "short: got 1.5, want a whole number",
	`{"short":1e99}`:           "short: got 1e99, want a whole number",
	`{"short":null}`:           "short: got null, want a whole number",
	`{"short":-3}`:             "short is -3: want a length from 1",
	`{"size":224}`:             "size: got 224, want a list of whole numbers",
	`{"size":[224]}`:           "size is [224]: want a height and a width, such as [224, 224]",
	`{"size":[]}`:              "size is []: want a height and a width",
	`{"size":[0,0]}`:           "size is [0 0]: want a height and a width",
	`{"size":[1,2,3]}`:         "size is [1 2 3]: want a height and a width",
	`{"crop":[9,9999999]}`:     "crop is [9, 9999999]: want a height and a width from 1",
	`{"size":[1,null]}`:        "size: got [1,null], want a list of whole numbers",
	`{"filter":"cubic"}`:       `filter: no filter is named "cubic": the nearest names are bicubic, `,
	`{"filter":2}`:             "filter: got 2, want a name in quotes",
	`{"filter":null}`:          "filter: got null, want a name in quotes",
	`{"channels":"rbg"}`:       `channels: no channels is named "rbg": the nearest names are rgb, bgr, gray`,
	`{"layout":"chwn"}`:        `layout: no layout is named "chwn"`,
	`{"scale":true}`:           "scale: got true, want a number",
	`{"crop":[0,3]}`:           "crop is [0, 3]: want a height and a width from 1",
	`{"size":[-2,3]}`:          "size is [-2, 3]: want lengths from 1 to 1048576, or 0 for one that keeps the ratio",
	`{"mean":0.5}`:             "mean: got 0.5, want a list of numbers",
	`{"mean":[1,2]}`:           "mean has 2 numbers: want one for each of 3 channels",
	`{"mean":[1e999]}`:         "mean: got [1e999], want a list of numbers",
	`{"std":[1,0,1]}`:          "std is [1 0 1]: it must be positive",
	`{"background":[1,2]}`:     "background has 2 numbers: want red, green and blue",
	`{"background":[0,0,256]}`: "background has 256: want numbers from 0 to 255",
	`{"short":5,"size":[5,5]}`: "short and size are both given",
}

func TestWrongPreprocessFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.json")
	for text, want := range wrongJSON {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := vision.ReadPreprocess(path)
		if err == nil || !strings.HasPrefix(err.Error(), "vision: "+path+": preprocessing: "+want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	for text, want := range map[string]string{`{`: "unexpected end of JSON input", `{} {}`: "invalid character '{' after top-level value", "": "unexpected end of JSON input"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := vision.ReadPreprocess(path); err == nil || err.Error() != "vision: "+path+": "+want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestReadPreprocess(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "p.json")
	if err := os.WriteFile(path, []byte(` {"short": 8, "crop": [4, 6]} `), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := vision.ReadPreprocess(path); err != nil || p.Short != 8 || p.Crop.Width != 6 {
		t.Errorf("got %+v, %v", p, err)
	}
	if _, err := vision.ReadPreprocess(dir); err == nil || err.Error() != "vision: "+dir+": not a regular file" {
		t.Errorf("got %v", err)
	}
	if _, err := vision.ReadPreprocess(path + "x"); err == nil || !strings.HasPrefix(err.Error(), "vision: ") || !strings.Contains(err.Error(), path+"x") {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(path, make([]byte, 1<<20+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := vision.ReadPreprocess(path); err == nil || err.Error() != "vision: "+path+": more than 1048576 bytes" {
		t.Errorf("got %v", err)
	}
}

// Whatever is read is a short line of an error, or comes out as it went in.
func FuzzPreprocess(f *testing.F) {
	for text := range wrongJSON {
		f.Add([]byte(text))
	}
	whole, err := json.Marshal(wholePreprocess)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Fuzz(func(t *testing.T, text []byte) {
		var p, again vision.Preprocess
		if err := json.Unmarshal(text, &p); err != nil {
			if len(err.Error()) > 600 || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v", err)
			}
			return
		}
		out, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out, &again); err != nil {
			t.Fatal(err)
		}
		if next, err := json.Marshal(again); err != nil || string(next) != string(out) {
			t.Errorf("got %s, %v, want %s", next, err, out)
		}
	})
}
