package main

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/png"
	"time"

	"github.com/pullback-go/pullback/examples/internal/method"
	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/examples/internal/sheet"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/transforms"
)

//go:embed report.html
var reportText string

var reportTemplates = template.Must(template.New("report").Funcs(template.FuncMap{
	"percent": func(p float64) string { return fmt.Sprintf("%.1f", 100*p) },
	"short":   func(v float64) string { return fmt.Sprintf("%.4g", v) },
	"round":   func(d time.Duration) time.Duration { return d.Round(time.Millisecond) },
}).Parse(reportText))

// report writes one HTML file without references to others. The results are written as
// they come. Plans, ledgers and times follow at the end.
type report struct {
	job    *job
	file   *pending
	start  time.Time
	first  *result // an explained one, for plans and ledgers
	counts struct{ Explained, Kept, Failed int }
}

func newReport(j *job) (*report, error) {
	file, err := create(j.output.html)
	if err != nil {
		return nil, err
	}
	h := &report{job: j, file: file, start: time.Now()}
	if err := h.write("head", map[string]any{"Network": j.net.Name, "Settings": j.fingerprint}); err != nil {
		file.abort()
		return nil, err
	}
	return h, nil
}

func (h *report) write(part string, data any) error {
	return reportTemplates.ExecuteTemplate(h.file, part, data)
}

// section is an input in the report.
type section struct {
	Name, Label, Error string
	Prediction         network.Prediction
	Input              template.URL
	Width              int
	Rows               []sectionRow
	Took               time.Duration
}

// sectionRow has the maps of one explained output.
type sectionRow struct {
	Target string
	Score  float64
	Heats  []sectionHeat
}

type sectionHeat struct {
	heat
	Image template.URL
}

func (h *report) add(r *result) error {
	if r.err != nil {
		h.counts.Failed++
		return h.write("section", section{Name: r.name, Label: r.label, Error: r.err.Error()})
	}
	h.counts.Explained++
	if r.kept {
		h.counts.Kept++
	}
	if h.first == nil {
		h.first = r
	}
	s, err := h.section(r)
	if err != nil {
		return err
	}
	return h.write("section", s)
}

func (h *report) section(r *result) (section, error) {
	d := r.job.drawing
	img, err := d.Input(r.x, r.shown)
	if err != nil {
		return section{}, err
	}
	s := section{Name: r.name, Label: r.label, Prediction: r.prediction, Took: r.took, Width: img.Bounds().Dx() * sheet.Enlargement(img)}
	if s.Input, err = dataURL(img); err != nil {
		return s, err
	}
	for _, target := range targetsOf(r.heats) {
		row := sectionRow{Target: target}
		for _, one := range r.heats {
			if one.Target != target {
				continue
			}
			img, err := d.Heat(one.r, r.shown)
			if err != nil {
				return s, fmt.Errorf("%s: %s: %w", r.name, one.Method, err)
			}
			url, err := dataURL(img)
			if err != nil {
				return s, err
			}
			row.Score, row.Heats = one.Score, append(row.Heats, sectionHeat{one, url})
		}
		s.Rows = append(s.Rows, row)
	}
	return s, nil
}

// dataURL is a picture within the file.
func dataURL(img image.Image) (template.URL, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return "", err
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())), nil
}

// methodReport has the plan and the ledger of one composite.
type methodReport struct {
	Name, Composite string
	Plan            []transforms.Row
	Gaps            int
	Ledger          *rules.Account
	Problem         string
}

func (h *report) commit() error {
	bar, err := heatmap.Config{Map: h.job.drawing.Colors, Level: h.job.drawing.Level}.Bar(256, 12)
	if err != nil {
		return h.failed(err)
	}
	url, err := dataURL(bar)
	if err != nil {
		return h.failed(err)
	}
	err = h.write("tail", map[string]any{
		"Methods": h.methods(), "Counts": h.counts, "Took": time.Since(h.start), "Norm": h.job.drawing.Norm, "Bar": url, "First": h.firstName(),
	})
	if err != nil {
		return h.failed(err)
	}
	return h.file.commit()
}

func (h *report) failed(err error) error {
	h.abort()
	return err
}

func (h *report) abort() { h.file.abort() }

func (h *report) firstName() string {
	if h.first == nil {
		return ""
	}
	return h.first.name
}

// methods returns a report for each composite, on the first input that was explained.
func (h *report) methods() []methodReport {
	var out []methodReport
	done := map[string]bool{}
	for i, m := range h.job.explainer.Methods {
		if h.first == nil || done[m.Composite] {
			continue
		}
		done[m.Composite] = true
		out = append(out, h.method(i, m))
	}
	return out
}

func (h *report) method(i int, m method.Method) methodReport {
	r := methodReport{Name: m.Composite}
	if r.Name == "" {
		r.Name = "plain gradient"
	}
	plan, err := h.job.explainer.Plan(i, h.first.x)
	if err != nil {
		r.Problem = err.Error()
		return r
	}
	r.Composite, r.Plan = plan.Composite, plan.Rows
	for _, row := range plan.Rows {
		if row.Warning != "" {
			r.Gaps++
		}
	}
	if m.Rules() == nil {
		return r
	}
	goals, err := h.job.target.Goals(h.first.y, h.job.read, h.first.label)
	if err == nil {
		var a rules.Account
		a, err = h.job.explainer.Ledger(i, method.Question{X: h.first.x, Cotangent: goals[0].Cotangent})
		r.Ledger = &a
	}
	if err != nil {
		r.Ledger, r.Problem = nil, err.Error()
	}
	return r
}
