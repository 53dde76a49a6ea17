"""The Dask cluster: the server's client, the local processes, what workers load."""
