import AsyncHTTPClient
// placeholder
