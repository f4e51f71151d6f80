package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/method"
	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/examples/internal/picture"
	"github.com/pullback-go/pullback/examples/internal/sheet"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

// answer is what a request gets.
type answer struct {
	handler *handler
	kind    string // of the body
	body    []byte
}

// The kinds of answers.
const (
	kindPNG  = "image/png"
	kindJSON = "application/json"
)

// kindOf returns the kind of answer that a request accepts.
func kindOf(r *http.Request) (string, error) {
	accept := r.Header.Get("Accept")
	switch {
	case accept == "" || strings.Contains(accept, kindPNG) || strings.Contains(accept, "image/*"):
		return kindPNG, nil
	case strings.Contains(accept, kindJSON):
		return kindJSON, nil
	case strings.Contains(accept, "*/*"):
		return kindPNG, nil
	}
	return "", refuse(http.StatusNotAcceptable, "there are answers in %s and %s", kindPNG, kindJSON)
}

// explanation is an answer in JSON.
type explanation struct {
	network.Prediction
	Maps []relevanceMap `json:"maps"`
}

// relevanceMap is the relevance of the input for one output.
type relevanceMap struct {
	Method string  `json:"method"`
	Target string  `json:"target"`
	Score  float64 `json:"score"`
	Sum    float64 `json:"sum"`
	PNG    []byte  `json:"png"` // the heat map
}

// compute explains an image file.
func (a *answer) compute(ctx context.Context, file []byte, target network.Target) error {
	h := a.handler
	x, shown, err := h.input(file)
	if err != nil {
		return err
	}
	ys, err := h.explainer.Predict(ctx, []trace.Value{x})
	if err != nil {
		return err
	}
	goals, err := target.Goals(ys[0], h.read, "")
	if err != nil {
		return refuse(http.StatusBadRequest, "target: %w", err)
	}
	if len(goals) > mostGoals {
		return refuse(http.StatusBadRequest, "target: %d outputs are more than the %d that are explained at once", len(goals), mostGoals)
	}
	e := explanation{Prediction: h.read.Read(ys[0])}
	var groups [][]heatmap.Panel
	for _, g := range goals {
		group := []heatmap.Panel{{Image: shown, Caption: g.Caption}}
		for i, m := range h.explainer.Methods {
			img, sum, err := h.heat(ctx, i, method.Question{X: x, Cotangent: g.Cotangent}, shown)
			if err != nil {
				return fmt.Errorf("%s: %w", m.Caption(), err)
			}
			group = append(group, heatmap.Panel{Image: img, Caption: m.Caption()})
			e.Maps = append(e.Maps, relevanceMap{Method: m.Caption(), Target: g.Caption, Score: g.Score, Sum: sum})
		}
		groups = append(groups, group)
	}
	return a.encode(e, groups)
}

// mostGoals bounds the outputs that one request may ask for.
const mostGoals = 20

// input makes the network's input of an image file.
func (h *handler) input(file []byte) (x trace.Value, shown image.Image, err error) {
	img, err := picture.Decode(file, int64(h.imageBytes))
	if err != nil {
		return x, nil, refuse(http.StatusUnsupportedMediaType, "the image: %w", err)
	}
	size := h.net.Preprocess.InputSize(img.Bounds().Size())
	if n := h.net.Preprocess.InputChannels() * size.X * size.Y; size.X > h.elements || size.Y > h.elements || n > h.elements {
		return x, nil, refuse(http.StatusRequestEntityTooLarge, "the input would be %d by %d pixels: %d numbers are allowed", size.X, size.Y, h.elements)
	}
	if x, shown, err = h.net.Image(img); err != nil {
		return x, nil, refuse(http.StatusUnprocessableEntity, "%w", err)
	}
	return x, shown, nil
}

// heat draws the relevance by method i.
func (h *handler) heat(ctx context.Context, i int, q method.Question, shown image.Image) (image.Image, float64, error) {
	rs, err := h.explainer.Explain(ctx, i, []method.Question{q})
	if err != nil {
		return nil, 0, err
	}
	img, err := h.drawing.Heat(rs[0], shown)
	return img, fn.SumAll(fn.Cast(rs[0], trace.Float64)).Float64(), err
}

// encode makes the body.
func (a *answer) encode(e explanation, groups [][]heatmap.Panel) error {
	var b bytes.Buffer
	if a.kind == kindPNG {
		all, err := sheet.Of(groups)
		if err != nil {
			return err
		}
		err = png.Encode(&b, all)
		a.body = b.Bytes()
		return err
	}
	i := 0
	for _, group := range groups {
		for _, p := range group[1:] {
			b.Reset()
			if err := png.Encode(&b, p.Image); err != nil {
				return err
			}
			e.Maps[i].PNG = bytes.Clone(b.Bytes())
			i++
		}
	}
	var err error
	a.body, err = json.Marshal(e)
	return err
}

func (a *answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Write(a.body) // an error means that the client has gone
}
