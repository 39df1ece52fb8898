// Package templates carries the texts and pages that Sapa is delivered with.
//
//	err := message.Seed(ctx, tx, templates.Message())
//	page, err := template.ParseFS(templates.HTML(), "demo.html")
package templates

import (
	"embed"
	"io/fs"
)

//go:embed message/*.md html/*.html static/*.css
var files embed.FS

// Message returns the folder of the default WhatsApp templates, one file each.
func Message() fs.FS { return folder("message") }

// HTML returns the folder of the pages, one file each.
func HTML() fs.FS { return folder("html") }

// Static returns the folder of what pages load beside their text.
func Static() fs.FS { return folder("static") }

func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // only for a folder name that is no valid path
	}
	return sub
}
