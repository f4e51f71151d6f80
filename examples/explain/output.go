package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"io"
	"path/filepath"
	"strings"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/examples/internal/sheet"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
)

// output says where results go, and which inputs are explained.
type output struct {
	out, json, raw, html string
	resume, maps         bool
	selection            selection

	folder string // for pictures and records, empty for one picture
	shard  string
}

// The output of one input, and of several, if none is named.
const (
	defaultPicture = "explain.png"
	defaultFolder  = "explained"
	noOutput       = "none"
)

func (o *output) Register(f *flag.FlagSet) {
	f.StringVar(&o.out, "o", "", "the `picture` of one input, NAME.png, or the folder with a picture and a record for each input; none writes neither (default "+defaultPicture+", or "+defaultFolder+" for several inputs)")
	f.StringVar(&o.json, "json", "", "a `file` for a line of JSON for each input; - is the standard output")
	f.StringVar(&o.raw, "raw", "", "a safetensors `file` for all inputs and their relevance")
	f.StringVar(&o.html, "html", "", "a `file` for a report to read in a browser")
	f.BoolVar(&o.maps, "maps", false, "also write the input and each heat map as a picture of its own, NAME.input.png and NAME.METHOD.png, whose colors palette-swap can change")
	f.BoolVar(&o.resume, "resume", false, "leave inputs as they are that have a record in the folder of -o")
	f.IntVar(&o.selection.most, "max-samples", 0, "the `number` of inputs to explain at most; 0 means all")
	f.BoolVar(&o.selection.shuffle, "shuffle", false, "put the inputs into a random order first, drawn from -seed")
	f.StringVar(&o.shard, "shard", "", "explain only a `part` of the inputs: 2/3 is the second of three")
}

func (o *output) Check(*flag.FlagSet) error {
	if o.selection.most < 0 {
		return fmt.Errorf("-max-samples %d: want at least 1, or 0 for all", o.selection.most)
	}
	if o.shard != "" {
		var err error
		if o.selection.shard, o.selection.shards, err = parseShard(o.shard); err != nil {
			return fmt.Errorf("-shard %s: %w", flags.Quote(o.shard), err)
		}
	}
	if o.resume && (o.out == noOutput || isPicture(o.out)) {
		return errors.New("-resume needs a folder with records: name it by -o")
	}
	return nil
}

func isPicture(path string) bool { return strings.EqualFold(filepath.Ext(path), ".png") }

// results is the folder where results of several inputs go.
func (o *output) results() string { return cmp.Or(o.out, defaultFolder) }

// place decides where pictures go, for a number of inputs.
func (o *output) place(inputs int) error {
	several := inputs > 1 || o.resume || o.selection.shards > 0
	switch {
	case o.out == "" && several:
		o.out = defaultFolder
	case o.out == "":
		o.out = defaultPicture
	case isPicture(o.out) && several:
		return fmt.Errorf("-o %s: want the name of a folder for %d inputs, not of a picture", flags.Quote(o.out), inputs)
	}
	if o.out != noOutput && !isPicture(o.out) {
		o.folder = o.out
	}
	return nil
}

// sink takes results in the order of the inputs.
type sink interface {
	add(r *result) error
	// commit completes the output, abort leaves nothing of it.
	commit() error
	abort()
}

// sinks are several sinks as one.
type sinks []sink

func (s sinks) add(r *result) error {
	for _, one := range s {
		if err := one.add(r); err != nil {
			return err
		}
	}
	return nil
}

// commit commits all, and aborts what follows one that fails.
func (s sinks) commit() error {
	for i, one := range s {
		if err := one.commit(); err != nil {
			s[i+1:].abort()
			return err
		}
	}
	return nil
}

func (s sinks) abort() {
	for _, one := range s {
		one.abort()
	}
}

// openSinks begins all outputs of a job.
func (j *job) openSinks(stdout io.Writer) (all sinks, err error) {
	defer func() {
		if err != nil {
			all.abort()
		}
	}()
	if j.output.out != noOutput {
		all = append(all, &pictures{path: j.output.out, folder: j.output.folder, maps: j.output.maps})
	}
	if j.output.raw != "" {
		all = append(all, &rawSink{path: j.output.raw, tensors: map[string]trace.Value{}, room: fileLimit(j.memory)})
	}
	if j.output.json == "-" {
		all = append(all, &jsonSink{w: stdout})
	} else if j.output.json != "" {
		p, err := create(j.output.json)
		if err != nil {
			return all, err
		}
		all = append(all, &jsonSink{w: p, file: p})
	}
	if j.output.html != "" {
		h, err := newReport(j)
		if err != nil {
			return all, err
		}
		all = append(all, h)
	}
	return all, nil
}

// pictures writes a picture and a record of each result into a folder, or one picture of
// all results.
type pictures struct {
	path   string // of one picture
	folder string // or empty, for one picture
	maps   bool   // whether to write the parts of a sheet, too
	sheets []image.Image
}

func (p *pictures) add(r *result) error {
	if r.err != nil || r.kept {
		return nil
	}
	sheet, err := r.sheet()
	if err != nil {
		return err
	}
	prefix := strings.TrimSuffix(p.path, filepath.Ext(p.path))
	if p.folder != "" {
		prefix = filepath.Join(p.folder, filepath.FromSlash(r.name))
	}
	if p.maps {
		if err := r.writeMaps(prefix); err != nil {
			return err
		}
	}
	if p.folder == "" {
		p.sheets = append(p.sheets, sheet)
		return nil
	}
	if err := writePNG(prefix+".png", sheet); err != nil {
		return err
	}
	// The record comes last: an input that has one has all.
	return writeFile(recordPath(p.folder, r.name), func(w io.Writer) error { return writeRecord(w, r) })
}

func (p *pictures) commit() error {
	if len(p.sheets) == 0 {
		return nil
	}
	return writePNG(p.path, sheet.Stack(p.sheets))
}

func (p *pictures) abort() {}

// jsonSink writes a line for each result.
type jsonSink struct {
	w    io.Writer
	file *pending // nil for the standard output
}

func (s *jsonSink) add(r *result) error {
	text, err := json.Marshal(r.line())
	if err != nil {
		return err
	}
	_, err = s.w.Write(append(text, '\n'))
	return err
}

func (s *jsonSink) commit() error {
	if s.file == nil {
		return nil
	}
	return s.file.commit()
}

func (s *jsonSink) abort() {
	if s.file != nil {
		s.file.abort()
	}
}

// rawSink collects tensors: INPUT/input, INPUT/output, and INPUT/METHOD, or
// INPUT/METHOD/TARGET if several outputs are explained.
type rawSink struct {
	path    string
	tensors map[string]trace.Value
	room    int64 // bytes left
}

func (s *rawSink) add(r *result) error {
	if r.err != nil {
		return nil
	}
	s.put(r.name+"/input", r.x)
	s.put(r.name+"/output", r.y)
	for _, h := range r.heats {
		name := r.name + "/" + h.Method
		if r.targets() > 1 {
			name += "/" + h.Target
		}
		s.put(name, h.r)
	}
	if s.room < 0 {
		return fmt.Errorf("-raw %s: the results need too much memory for one file: the folder of -o has a record of each", flags.Quote(s.path))
	}
	return nil
}

func (s *rawSink) put(name string, v trace.Value) {
	s.tensors[name] = v
	s.room -= int64(v.Type().Bytes())
}

func (s *rawSink) commit() error {
	return writeFile(s.path, func(w io.Writer) error { return safetensors.Encode(w, s.tensors, nil) })
}

func (s *rawSink) abort() {}
