"""The support desk under /desk: staff answer e-mailed enquiries. Signed-in people only; server-rendered."""
