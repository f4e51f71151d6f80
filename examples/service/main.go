// Service explains images over HTTP. It writes no file.
//
//	go run ./examples/service -model resnet50.onnx -resize 256 -crop 224 -composite epsilon_plus
//	curl --data-binary @cat.jpg 'localhost:8080/explain?target=top:2' > cat.png
//	curl --data-binary @cat.jpg -H 'Accept: application/json' localhost:8080/explain
//
// It takes an image as the body of a POST, and answers with a picture of the image beside
// its heat maps, or with JSON. The parameter target says which output to explain. The
// flags choose the network and the methods as those of the command explain, and limit the
// size, the time and the number of requests at once. A request that is canceled stops
// computing. /metrics has counters in the text format of Prometheus.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pullback-go/pullback/examples/internal/flags"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	flags.Exit("service", serve(ctx, os.Args[1:], os.Stderr))
}

// serve answers requests until ctx is done. Those that have begun are completed.
func serve(ctx context.Context, args []string, w io.Writer) error {
	o, err := parse(args, w)
	if err != nil {
		return err
	}
	h, err := newHandler(o)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", o.address)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "service: explains by %s at http://%s\n", h.net.Name, l.Addr())
	const head = 10 * time.Second // for the head of a request
	s := &http.Server{
		Handler: h, ReadHeaderTimeout: head, ReadTimeout: head + o.timeout, WriteTimeout: head + 2*o.timeout, MaxHeaderBytes: 1 << 16,
	}
	done := make(chan error, 1)
	context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.Background(), o.timeout)
		defer cancel()
		done <- s.Shutdown(last)
	})
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}
