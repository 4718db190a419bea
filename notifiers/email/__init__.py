"""Pages by e-mail: any SMTP server, one-click links, nothing to install for who is paged."""
