"""Tools that tests share: servers, visitors, data, and files that are made to hurt."""
