package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/pullback-go/pullback/examples/internal/method"
	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/trace"
)

// handler answers requests.
type handler struct {
	options
	net       network.Network
	read      network.Reader
	explainer *method.Explainer
	mux       *http.ServeMux
	metrics   metrics

	room  chan struct{} // has an entry for each request that computes
	queue chan struct{} // and one for each that computes or waits
}

func newHandler(o options) (*handler, error) {
	h := &handler{options: o, room: make(chan struct{}, o.atOnce), queue: make(chan struct{}, o.atOnce+o.waiting)}
	var err error
	if h.net, err = o.source.Open(); err != nil {
		return nil, err
	}
	if !h.net.TakesImages() {
		return nil, fmt.Errorf("%s takes no images", h.net.Name)
	}
	if h.read, err = o.reader.Open(h.net); err != nil {
		return nil, err
	}
	methods, err := o.choice.Methods(h.net, trace.Value{})
	if err != nil {
		return nil, err
	}
	h.explainer = method.NewExplainer(h.net.Apply, o.choice.Canonize(), methods, 0)
	h.mux = http.NewServeMux()
	h.mux.HandleFunc("POST /explain", h.explain)
	h.mux.HandleFunc("GET /metrics", h.metrics.write)
	h.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	return h, nil
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// refusal is an error with its HTTP status.
type refusal struct {
	status int
	error
}

func (e *refusal) Unwrap() error { return e.error }

func refuse(status int, format string, args ...any) *refusal {
	return &refusal{status, fmt.Errorf(format, args...)}
}

// explain answers with the explanation of the image in the body.
func (h *handler) explain(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(r.Context(), h.timeout)
	defer cancel()
	a, err := h.answer(ctx, w, r)
	status := http.StatusOK
	if err != nil {
		status = statusOf(err)
	}
	h.metrics.count(status, time.Since(start))
	if err != nil {
		if status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", strconv.Itoa(1+int(h.timeout/time.Second)))
		}
		http.Error(w, err.Error(), status)
		return
	}
	a.write(w)
}

// Statuses of requests that are stopped. The first is not in the standard: the client has
// gone.
const (
	statusCanceled = 499
	statusTimeout  = http.StatusGatewayTimeout
)

func statusOf(err error) int {
	var r *refusal
	switch {
	case errors.As(err, &r):
		return r.status
	case errors.Is(err, context.DeadlineExceeded):
		return statusTimeout
	case errors.Is(err, context.Canceled):
		return statusCanceled
	}
	return http.StatusUnprocessableEntity
}

// answer reads the request, waits for its turn, and explains.
func (h *handler) answer(ctx context.Context, w http.ResponseWriter, r *http.Request) (*answer, error) {
	target, err := targetOf(r)
	if err != nil {
		return nil, err
	}
	kind, err := kindOf(r)
	if err != nil {
		return nil, err
	}
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return nil, refuse(http.StatusServiceUnavailable, "too many requests: %d are computed and %d wait", h.atOnce, h.waiting)
	}
	file, err := h.body(w, r)
	if err != nil {
		return nil, err
	}
	select {
	case h.room <- struct{}{}:
		defer func() { <-h.room }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	h.metrics.begin()
	defer h.metrics.end()
	a := &answer{handler: h, kind: kind}
	return a, a.compute(ctx, file, target)
}

// body reads the uploaded file.
func (h *handler) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	file, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(h.fileBytes)))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, refuse(http.StatusRequestEntityTooLarge, "the file has more than %d bytes", h.fileBytes)
	}
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "the body: %w", err)
	}
	h.metrics.read(len(file))
	return file, nil
}

// targetOf returns the target that a request names. A vector would be a file.
func targetOf(r *http.Request) (network.Target, error) {
	text := r.URL.Query().Get("target")
	if text == "" {
		text = "top"
	}
	target, err := network.ParseTarget(text)
	if err != nil || target.NeedsFile() {
		return target, refuse(http.StatusBadRequest, "target %.100q: want a form without a file: %s", text, network.TargetForms)
	}
	return target, nil
}
