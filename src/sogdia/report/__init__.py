"""From a `content.ReportContent` to one self-contained page: `html.render` and `html.write`."""
