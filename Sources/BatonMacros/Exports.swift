// What `@Job` writes names the library's types through this module, so that it needs no second import.
@_exported public import Baton
