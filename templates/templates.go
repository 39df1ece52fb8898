// Package templates carries the texts that Sapa is delivered with.
//
//	err := message.Seed(ctx, tx, templates.Message())
package templates

import (
	"embed"
	"io/fs"
)

//go:embed message/*.md
var files embed.FS

// Message returns the folder of the default WhatsApp templates, one file each.
func Message() fs.FS {
	folder, err := fs.Sub(files, "message")
	if err != nil {
		panic(err) // only for a folder name that is no valid path
	}
	return folder
}
